"""What the tests of checks share: the background of a clean scan, to be changed in one respect."""

from dataclasses import replace

import numpy as np
import pytest

from mrsnr.background import background_at
from mrsnr.distributions import air_mean
from simulated_scans import SIGMA, scanned


@pytest.fixture(scope="session")
def clean_air():
    """The background of a scan of one channel at SNR 20, half of it air."""
    found = background_at(scanned(20, seed=1).voxels, SIGMA * float(air_mean(1)), width=7)
    assert found is not None
    return found


@pytest.fixture
def changed(clean_air):
    """Return a function that gives that background with other values."""
    return lambda **values: replace(clean_air, **values)


@pytest.fixture(scope="session")
def air_of():
    """Return a function that gives the background of an image at the level of noise of a given sigma."""

    def found(voxels, *, sigma=SIGMA, channels=1, given=None):
        return background_at(np.asarray(voxels), sigma * float(air_mean(channels)), width=7, channels=given)

    return found
