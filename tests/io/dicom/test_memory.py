"""DICOM images that do not fit into memory."""

import numpy as np
import pytest

from mrsnr.errors import ImageError
from mrsnr.io.dicom import read

from .conftest import stack, write

READINGS = {
    "index": lambda data: data[..., 0],
    "all": np.asarray,
    "blocks": lambda data: list(data.blocks(2)),
}


@pytest.mark.parametrize("how", READINGS)
def test_what_does_not_fit_is_refused_before_it_is_read(tmp_path, rng, monkeypatch, how):
    for k, volume, made in stack(rng, slices=2, volumes=3):
        write(made, tmp_path / f"{k}{volume}")
    data = read(tmp_path).data
    monkeypatch.setenv("MRSNR_MAX_MEMORY", "1K")
    with pytest.raises(ImageError, match=r"The folder takes .* of memory .* may be used"):
        READINGS[how](data)
    monkeypatch.setenv("MRSNR_MAX_MEMORY", "1M")
    READINGS[how](data)
