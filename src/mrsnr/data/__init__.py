"""Images to try things on: a digital phantom whose SNR is known, and public sample data."""

from mrsnr.data.digital import Phantom, Truth, phantom
from mrsnr.data.sample import SAMPLES, Sample, cache_folder, fetch

__all__ = ["SAMPLES", "Phantom", "Sample", "Truth", "cache_folder", "fetch", "phantom"]
