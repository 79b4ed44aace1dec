"""The interface of ``ukat.qa.snr`` and ``ukat.data.fetch``, for people who come from there.

Change ``from ukat.qa import snr`` and ``from ukat.data import fetch`` to ``from mrsnr.ukat import fetch, snr``, and the
rest of a script stays as it is. The numbers are those of ukat 0.7.3, by its own definitions; `mrsnr.measure` and
`mrsnr.temporal` are what they should have been.
"""

from mrsnr.ukat import fetch, snr

__all__ = ["fetch", "snr"]
