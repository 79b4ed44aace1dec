"""Pixels that the header declares to be padding were never scanned: they are undefined, not air."""

import nibabel
import numpy as np
import pytest
from pydicom.uid import ExplicitVRBigEndian, ImplicitVRLittleEndian, RLELossless

import mrsnr
from mrsnr.io.dicom import read
from simulated_scans import SIGMA, coordinates, scanned

from .conftest import enhanced_of, slice_of, write

GRAY = (0x0028, 0x0120)
LIMIT = (0x0028, 0x0121)


@pytest.fixture(scope="module")
def scan():
    """A body in air, whose sigma is known, in whole numbers of 16 bits."""
    made = scanned(shape=(96, 96, 4))
    return made, np.round(made.voxels).astype(np.int16)


@pytest.fixture(scope="module")
def outside():
    """The corners outside the largest circle, where nothing was scanned."""
    return np.broadcast_to((np.hypot(*coordinates((96, 96))) > 1)[..., None], (96, 96, 4))


def series(folder, data, *, padding=None, vr="SS", limit=None, dtype=np.int16, **elements):
    """Write data as a series of axial slices, with padding declared."""
    for k in range(data.shape[2]):
        pixels = data[:, ::-1, k].T.astype(dtype)
        made = slice_of(pixels, position=(0, 0, 5.0 * k), number=k + 1, SliceThickness=5, **elements)
        if padding is not None:
            made.add_new(GRAY, vr, padding)
        if limit is not None:
            made.add_new(LIMIT, vr, limit)
        write(made, folder / f"{k}")
    return folder


def test_padding_is_left_out_and_the_answer_is_right(tmp_path, scan, outside):
    truth, data = scan
    image = read(series(tmp_path, np.where(outside, -2000, data), padding=-2000))
    found = np.asarray(image.data)
    np.testing.assert_array_equal(np.isnan(found), outside)
    np.testing.assert_array_equal(found[~outside], data[~outside])
    result = mrsnr.measure(image)
    assert result.noise.sigma == pytest.approx(SIGMA, rel=0.03)
    assert result.verdict != "refused"  # as it is when -2000 is taken for a value
    assert np.isnan(result.map[outside]).all()
    assert not (result.noise.region & outside).any()
    masked = mrsnr.measure(mrsnr.Image(np.where(outside, np.nan, data), image.affine, dict(image.meta)))
    assert result.value == masked.value
    labels = mrsnr.measure(image, labels={"body": truth.body & ~outside})
    assert labels.value == pytest.approx(truth.snr, rel=0.03)


def test_a_series_without_padding_is_measured_as_its_nifti(tmp_path, scan):
    """Whether padding is declared or not, as long as no pixel has that value."""
    _, data = scan
    nibabel.save(nibabel.Nifti1Image(data, np.diag([-1.25, 1.5, 5, 1])), tmp_path / "scan.nii")
    expected = mrsnr.measure(mrsnr.load(tmp_path / "scan.nii"))
    for padding in (None, -2000):
        found = mrsnr.measure(read(series(tmp_path / str(padding), data, padding=padding)))
        assert found.value == pytest.approx(expected.value, rel=1e-6)
        assert found.noise.sigma == pytest.approx(expected.noise.sigma, rel=1e-6)
        assert found.verdict == expected.verdict
    assert read(tmp_path / "None").data[:].dtype == np.int16


def test_padding_of_zero_is_left_to_the_checks_of_air(tmp_path, scan, outside):
    """Noise has zeros too, and is not to lose them; NIfTI of dcm2niix has zeros there."""
    _, data = scan
    stored = np.where(outside, 0, data)
    image = read(series(tmp_path / "a", stored, padding=0, limit=0))
    np.testing.assert_array_equal(np.asarray(image.data), stored)
    np.testing.assert_array_equal(read(series(tmp_path / "b", stored)).data, stored)
    shifted = read(series(tmp_path / "c", stored, padding=0, RescaleSlope=1, RescaleIntercept=-500))
    np.testing.assert_array_equal(np.isnan(np.asarray(shifted.data)), stored == 0)


@pytest.mark.parametrize(("padding", "limit"), [(-2000, -1000), (-1000, -2000), (-1500, None)])
def test_a_range_of_padding(tmp_path, rng, padding, limit):
    stored = rng.integers(-2500, 500, (8, 6, 2)).astype(np.int16)
    stored[0, 0, 0], stored[1, 0, 0], stored[2, 0, 0] = -2000, -1000, -1500
    ends = sorted((padding, padding if limit is None else limit))
    found = np.asarray(read(series(tmp_path, stored, padding=padding, limit=limit)).data)
    np.testing.assert_array_equal(np.isnan(found), (stored >= ends[0]) & (stored <= ends[1]))
    np.testing.assert_array_equal(found[~np.isnan(found)], stored[~np.isnan(found)])


@pytest.mark.parametrize("syntax", [None, ImplicitVRLittleEndian, ExplicitVRBigEndian])
@pytest.mark.parametrize(
    ("dtype", "vr", "padding", "value"),
    [
        (np.int16, "SS", -2000, -2000),
        (np.int16, "US", 63536, -2000),  # as some write it: the bits are those of -2000
        (np.uint16, "US", 63536, 63536),
        (np.uint16, "SS", -2000, 63536),
        (np.int32, "SS", -2000, -2000),
        (np.uint8, "US", 255, 255),
    ],
)
def test_padding_has_the_type_of_the_pixels(tmp_path, rng, syntax, dtype, vr, padding, value):
    stored = rng.integers(0, 200, (8, 6)).astype(dtype)
    stored[2:4, 1] = value
    made = slice_of(stored)
    made.add_new(GRAY, vr, padding)
    if syntax is not None:
        made.file_meta.TransferSyntaxUID = syntax
    if syntax == ExplicitVRBigEndian:
        made.PixelData = stored.astype(stored.dtype.newbyteorder(">")).tobytes()
    image = read(write(made, tmp_path / "one"))
    np.testing.assert_array_equal(np.isnan(np.asarray(image.data)), (stored == value)[::-1].T[..., None])
    assert image.meta["sidecar"]["PixelPaddingValue"] == value


@pytest.mark.parametrize(("kind", "padding"), [("u", 0xF830), ("u", 4095), ("i", -2048)])
def test_padding_of_pixels_with_fewer_bits(tmp_path, kind, padding):
    """It is stored with all 16 bits, or without those beside the 12 of the pixels."""
    values = np.arange(48).reshape(8, 6)
    stored = np.where(values == 7, padding, values) & (0xFFFF if padding > 0xFFF else 0xFFF)
    made = slice_of(stored.astype(np.uint16), BitsStored=12, HighBit=11, PixelRepresentation=int(kind == "i"))
    made.add_new(GRAY, "SS" if kind == "i" else "US", padding)
    found = np.asarray(read(write(made, tmp_path / "one")).data)
    np.testing.assert_array_equal(found, np.where(values == 7, np.nan, values)[::-1].T[..., None])


def test_scaled_compressed_and_enhanced_pixels(tmp_path, rng):
    stored = rng.integers(1, 900, (3, 8, 6)).astype(np.uint16)
    stored[1, 2, 3], stored[2, 0, 0] = 4000, 4000
    scales = [(2.0, 0.0), (3.0, 1.0), (4.0, -7.0)]
    made = enhanced_of(stored, positions=[(0, 0, 3.0 * k) for k in range(3)], scales=scales)
    made.add_new(GRAY, "US", 4000)
    expected = np.where(stored == 4000, np.nan, np.stack([a * p + b for p, (a, b) in zip(stored, scales, strict=True)]))
    for name in ("plain", "packed"):
        if name == "packed":
            made.compress(RLELossless)
        image = read(write(made, tmp_path / name))
        np.testing.assert_array_equal(np.asarray(image.data)[:, ::-1].transpose(2, 1, 0), expected)
        np.testing.assert_array_equal(image.data[..., 1][:, ::-1].T, expected[1])


def test_in_a_series_over_time_it_is_undefined(tmp_path, rng):
    data = rng.normal(500, 5, (12, 10, 2, 20)).round().astype(np.int16)
    data[:4] = -2000
    for volume in range(20):
        for k in range(2):
            made = slice_of(
                data[:, ::-1, k, volume].T,
                position=(0, 0, 5.0 * k),
                number=1 + 2 * volume + k,
                AcquisitionNumber=volume + 1,
            )
            made.add_new(GRAY, "SS", -2000)
            write(made, tmp_path / f"{volume}{k}")
    result = mrsnr.temporal(read(tmp_path), order=0, drop=0)
    assert np.isnan(result.map[:4]).all()
    assert not result.mask[:4].any()
    assert result.value == pytest.approx(100, rel=0.05)
