"""What many tests need: real images where they are there, and an image whose SNR is known."""

from pathlib import Path

import numpy as np
import pytest

from mrsnr import Image

SHARED = Path(__file__).parents[2] / "shared" / "data"


@pytest.fixture
def shared_data():
    """Return a function from a name in ``../shared/data`` to its path; skips the test where it is not there."""

    def find(name: str) -> Path:
        path = SHARED / name
        if not path.exists():
            pytest.skip(f"../shared/data/{name} is not there")
        return path

    return find


@pytest.fixture(scope="session")
def two_levels():
    """Return a function that makes air and one tissue: Rayleigh noise beside Rician signal, half and half."""

    def make(*, sigma=10.0, snr=50.0, shape=(64, 64, 6), seed=0, dtype=np.float64):
        rng = np.random.default_rng(seed)
        amplitude = np.zeros(shape)
        amplitude[shape[0] // 2 :] = sigma * snr
        noise = rng.normal(0, sigma, (2, *shape))
        data = np.hypot(amplitude + noise[0], noise[1])
        if np.dtype(dtype).kind in "iu":
            data = np.round(data)
        return Image(data.astype(dtype), np.diag([-2.0, 2.0, 5.0, 1.0]))

    return make
