"""Five hundred files are loaded in no more than twice the time that dcm2niix needs to convert them."""

import time

import numpy as np
import pytest

from mrsnr.io.dicom import read

from .conftest import stack, write


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a folder of 25 slices and 20 volumes."""
    made = tmp_path_factory.mktemp("five_hundred")
    rng = np.random.default_rng(0)
    for k, volume, one in stack(rng, slices=25, volumes=20, shape=(256, 256)):
        block = one.private_block(0x0021, "SIEMENS MR SDI 02", create=True)
        for number in range(0x60, 0xD0):  # as many private elements as scanners write
            block.add_new(number, "DS", str(number))
        write(one, made / f"{(7919 * (25 * volume + k)) % 1000:04d}")
    return made


def test_time_against_dcm2niix(folder, dcm2niix, tmp_path):
    ours, theirs = [], []
    for _ in range(5):
        start = time.perf_counter()
        assert np.asarray(read(folder).data).shape == (256, 256, 25, 20)
        ours.append(time.perf_counter() - start)
        start = time.perf_counter()
        dcm2niix(folder, tmp_path / "out")
        theirs.append(time.perf_counter() - start)
    assert np.median(ours) <= 2 * np.median(theirs)
