"""Real files of Philips and Siemens that nibabel brings for its own tests: where their voxels are, and what they are.

The voxels of most were set to zero, so that the place is what can be looked at.
"""

import gzip
from importlib.resources import files

import numpy as np
import pytest

import mrsnr
from mrsnr.errors import UnreadableError

from .test_dcm2niix import at_places


@pytest.fixture
def brought(tmp_path):
    """Return a function that lays one of the files in a folder of its own; skips if nibabel is installed without."""

    def lay(name):
        source = files("nibabel") / "nicom" / "tests" / "data" / name
        if not source.is_file():
            pytest.skip(f"nibabel is installed without {name}")
        content = source.read_bytes()
        (tmp_path / "in").mkdir()
        path = tmp_path / "in" / name.removesuffix(".gz")
        path.write_bytes(gzip.decompress(content) if name.endswith(".gz") else content)
        return path

    return lay


@pytest.mark.parametrize(
    ("name", "shape", "kind", "vendor", "te"),
    [
        ("philips_mprage.dcm.gz", (256, 256, 176), "magnitude", "Philips", 0.003513),
        ("siemens_dwi_0.dcm.gz", (128, 128, 48), "magnitude", "Siemens", 0.093),
        ("siemens_dwi_1000.dcm.gz", (128, 128, 48), "magnitude", "Siemens", 0.093),
        ("decimal_rescale.dcm", (128, 96, 1), "real", "Siemens", 0.0025),
    ],
)
def test_voxels_are_where_dcm2niix_has_them(brought, dcm2niix, tmp_path, name, shape, kind, vendor, te):
    path = brought(name)
    image = mrsnr.load(path)
    assert image.shape == shape
    assert image.meta["kind"] == kind
    assert image.meta["vendor"] == vendor
    assert image.meta["te"] == pytest.approx(te)
    (theirs,) = dcm2niix(tmp_path / "in", tmp_path / "out").values()
    np.testing.assert_array_equal(np.asarray(image.data), at_places(image, theirs))


@pytest.mark.parametrize("name", ["0.dcm", "1.dcm"])
def test_a_mosaic_that_was_made_smaller_is_refused(brought, name):
    # 48 slices need 7 x 7 tiles, and 256 pixels are no multiple of 7: its slices cannot be told from one another
    with pytest.raises(UnreadableError, match="mosaic of 48 slices, 7 x 7 tiles, and these do not fit into 256 x 256"):
        mrsnr.load(brought(name))
