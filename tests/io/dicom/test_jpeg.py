"""Pixels compressed without loss, by GDCM: what comes back is what was stored."""

import numpy as np
import pytest
from pydicom import dcmread

from mrsnr.io.dicom import read

from .conftest import slice_of, write

gdcm = pytest.importorskip("gdcm")

SYNTAXES = {
    "JPEG lossless": "JPEGLosslessProcess14_1",
    "JPEG-LS": "JPEGLSLossless",
    "JPEG 2000": "JPEG2000Lossless",
    "RLE": "RLELossless",
}


@pytest.mark.parametrize("dtype", [np.uint16, np.int16])
@pytest.mark.parametrize("name", SYNTAXES)
def test_lossless_pixels_come_back(tmp_path, rng, name, dtype):
    stored = (rng.rayleigh(300, (24, 16)).cumsum(axis=1) - 50 * (dtype is np.int16)).astype(dtype)
    plain, packed = write(slice_of(stored), tmp_path / "plain.dcm"), tmp_path / "packed.dcm"
    reader = gdcm.ImageReader()
    reader.SetFileName(str(plain))
    assert reader.Read()
    change = gdcm.ImageChangeTransferSyntax()
    change.SetTransferSyntax(gdcm.TransferSyntax(getattr(gdcm.TransferSyntax, SYNTAXES[name])))
    change.SetInput(reader.GetImage())
    assert change.Change()
    writer = gdcm.ImageWriter()
    writer.SetFile(reader.GetFile())
    writer.SetImage(change.GetOutput())
    writer.SetFileName(str(packed))
    assert writer.Write()
    assert dcmread(packed).file_meta.TransferSyntaxUID.keyword == SYNTAXES[name].replace("Process14_1", "SV1")
    data = np.asarray(read(packed).data)
    np.testing.assert_array_equal(data[:, ::-1, 0].T, stored)
