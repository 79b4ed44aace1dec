"""MINC and Analyze files written here come back voxel by voxel; broken ones end in a sentence."""

import gzip
import sys

import nibabel
import numpy as np
import pytest
from nibabel.externals.netcdf import netcdf_file

import mrsnr
from mrsnr.errors import ImageError, MissingExtraError, MrsnrError, UnreadableError
from mrsnr.io import analyze, minc

SHAPE = {"time": 3, "zspace": 4, "yspace": 5, "xspace": 6}
STEP = {"zspace": 5.0, "yspace": -2.0, "xspace": 1.5}
START = {"zspace": -30.0, "yspace": 80.0, "xspace": -90.0}
# Where voxel (x, y, z) lies, by the definition of MINC: start + index * step along each axis.
AFFINE = np.array([[1.5, 0, 0, -90], [0, -2, 0, 80], [0, 0, 5, -30], [0, 0, 0, 1]])
RNG = np.random.default_rng(0)


def stored_numbers(axes):
    return RNG.integers(0, 4000, [SHAPE[axis] for axis in axes]).astype(np.int16)


def minc_1(path, stored, axes=("zspace", "yspace", "xspace"), *, low=0.0, high=4000.0, acquisition=None):
    """Write MINC 1; a scaling of its own for each slice where low and high are arrays."""
    with netcdf_file(str(path), "w") as file:
        for axis in axes:
            file.createDimension(axis, SHAPE[axis])
            variable = file.createVariable(axis, "i", ())
            variable.spacing = "regular__"
            variable.step, variable.start = STEP.get(axis, 2.5), START.get(axis, 0.0)
        image = file.createVariable("image", "h", axes)
        image.signtype, image.valid_range = "signed__", np.array([0.0, 4000.0])
        image[:] = stored
        for name, value in (("image-min", low), ("image-max", high)):
            limit = file.createVariable(name, "d", axes[: np.ndim(value)])
            limit.data[...] = value
        patient = file.createVariable("patient", "i", ())
        patient.full_name = "Zephyrine Quibble"
        for name, value in (acquisition or {}).items():
            setattr(file.variables.get("acquisition") or file.createVariable("acquisition", "i", ()), name, value)
    return path


def minc_2(path, stored, axes=("zspace", "yspace", "xspace"), *, low=0.0, high=4000.0, acquisition=None):
    h5py = pytest.importorskip("h5py")
    with h5py.File(path, "w") as file:
        root = file.create_group("minc-2.0")
        for axis in axes:
            variable = root.create_dataset(f"dimensions/{axis}", data=0)
            variable.attrs["spacing"] = np.bytes_("regular__")
            variable.attrs["step"], variable.attrs["start"] = STEP.get(axis, 2.5), START.get(axis, 0.0)
        image = root.create_dataset("image/0/image", data=stored, compression="gzip")
        image.attrs["dimorder"], image.attrs["valid_range"] = np.bytes_(",".join(axes)), [0.0, 4000.0]
        for name, value in (("image-min", low), ("image-max", high)):
            limit = root.create_dataset(f"image/0/{name}", data=value)
            limit.attrs["dimorder"] = np.bytes_(",".join(axes[: np.ndim(value)]))
        root.create_dataset("info/patient", data=0).attrs["full_name"] = np.bytes_("Zephyrine Quibble")
        found = root.create_dataset("info/acquisition", data=0)
        for name, value in (acquisition or {}).items():
            found.attrs[name] = value
    return path


versions = pytest.mark.parametrize("written", [minc_1, minc_2])


@versions
@pytest.mark.parametrize("axes", [("zspace", "yspace", "xspace"), ("time", "zspace", "yspace", "xspace")])
def test_axes_come_in_the_order_of_images_and_time_last(tmp_path, written, axes):
    stored = stored_numbers(axes)
    image = minc.read(written(tmp_path / "scan.mnc", stored, axes))
    expected = stored.T if len(axes) == 3 else np.moveaxis(stored, (0, 1, 2, 3), (3, 2, 1, 0))
    assert image.shape == expected.shape
    np.testing.assert_allclose(image.data, expected)
    np.testing.assert_allclose(image.affine, AFFINE)
    assert image.meta.get("tr") == (2.5 if len(axes) == 4 else None)


@versions
def test_sagittal_slices_keep_their_place(tmp_path, written):
    axes = ("xspace", "zspace", "yspace")
    stored = stored_numbers(axes)
    image = minc.read(written(tmp_path / "scan.mnc", stored, axes))
    np.testing.assert_allclose(image.data, stored.transpose(2, 1, 0))
    y, z, x = 4, 3, 2
    np.testing.assert_allclose(image.affine @ [y, z, x, 1], AFFINE @ [x, y, z, 1])


@versions
def test_each_slice_has_its_scale(tmp_path, written):
    axes = ("zspace", "yspace", "xspace")
    stored = stored_numbers(axes)
    low, high = np.array([0.0, -10.0, 5.0, 1.0]), np.array([10.0, 20.0, 40.0, 2.0])
    image = minc.read(written(tmp_path / "scan.mnc", stored, axes, low=low, high=high))
    np.testing.assert_allclose(image.data, stored.T / 4000 * (high - low) + low, rtol=1e-12)
    np.testing.assert_allclose(image.data[..., 2], stored[2].T / 4000 * 35 + 5, rtol=1e-12)


@versions
def test_parts_and_blocks_are_those_of_the_whole(tmp_path, written):
    axes = ("time", "zspace", "yspace", "xspace")
    image = minc.read(written(tmp_path / "scan.mnc", stored_numbers(axes), axes))
    whole = np.asarray(image.data)
    for index in (
        np.s_[1],
        np.s_[..., 2],
        np.s_[1:3, 2, :, -1],
        np.s_[..., ::2],
        np.s_[[0, 2]],
        np.s_[1, 2, 0, 1],
        ...,
    ):
        np.testing.assert_array_equal(image.data[index], whole[index])
    with pytest.raises(IndexError):
        image.data[6]
    blocks = [block.copy() for block in image.data.blocks(2)]
    assert [block.shape[-1] for block in blocks] == [2, 1]
    np.testing.assert_array_equal(np.concatenate(blocks, axis=3), whole)
    assert whole.dtype.isnative


@versions
def test_the_acquisition_is_kept_and_the_patient_is_not(tmp_path, written):
    said = {"repetition_time": 2.0, "echo_time": 0.03, "flip_angle": 90.0, "protocol": "Quibble", "num_averages": -1.0}
    path = written(tmp_path / "scan.mnc", stored_numbers(("zspace", "yspace", "xspace")), acquisition=said)
    image = minc.read(path)
    assert image.meta["sidecar"] == pytest.approx({"RepetitionTime": 2.0, "EchoTime": 0.03, "FlipAngle": 90.0})
    assert (image.meta["tr"], image.meta["te"]) == pytest.approx((2.0, 0.03))
    assert "Quibble" not in str(image.meta)


def test_minc_2_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "h5py", None)
    path = tmp_path / "scan.mnc"
    path.write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(100))
    with pytest.raises(MissingExtraError, match="needs h5py"):
        minc.read(path)


@pytest.mark.parametrize("content", [b"", b"CDF\x01", b"CDF\x01" + b"\xff" * 100, b"neither one nor the other"])
def test_what_is_no_minc_is_refused(tmp_path, content):
    path = tmp_path / "scan.mnc"
    path.write_bytes(content)
    with pytest.raises(UnreadableError, match=r"scan\.mnc is"):
        minc.read(path)


def test_truncated_minc_is_refused(tmp_path):
    path = minc_1(tmp_path / "scan.mnc", stored_numbers(("zspace", "yspace", "xspace")))
    content = path.read_bytes()
    for length in range(0, len(content), 7):
        path.write_bytes(content[:length])
        with pytest.raises((UnreadableError, ImageError), match=r"scan\.mnc"):
            minc.read(path)


def test_unknown_axes_are_refused(tmp_path, monkeypatch):
    monkeypatch.setitem(SHAPE, "vector_dimension", 2)
    axes = ("zspace", "yspace", "xspace", "vector_dimension")
    with pytest.raises(ImageError, match=r"has the axes .*expected x, y, z and perhaps time"):
        minc.read(minc_1(tmp_path / "scan.mnc", stored_numbers(axes), axes))


def test_mutated_minc_never_ends_in_anything_else(tmp_path):
    path = minc_1(tmp_path / "scan.mnc", stored_numbers(("zspace", "yspace", "xspace")))
    original, rng = path.read_bytes(), np.random.default_rng(0)
    for _ in range(300):
        content = bytearray(original)
        for place in rng.integers(0, len(content), rng.integers(1, 12)):
            content[place] = rng.integers(256)
        path.write_bytes(bytes(content))
        try:
            np.asarray(minc.read(path).data)
        except MrsnrError as error:
            assert "scan.mnc" in str(error)  # noqa: PT017 - some are still images


# --- Analyze


def saved(path, data, *, made=nibabel.AnalyzeImage, affine=None, **header):
    affine = np.diag([-2.0, 2.0, 5.0, 1.0]) if affine is None else affine
    image = made(data, affine)
    image.header.set_data_dtype(data.dtype)
    for key, value in header.items():
        image.header[key] = value
    nibabel.save(image, path)
    return path


@pytest.mark.parametrize("ending", [".hdr", ".img", ".hdr.gz", ".img.gz"])
@pytest.mark.parametrize("dtype", ["u1", "i2", "i4", "f4", "f8", "c8"])
def test_analyze_comes_back(tmp_path, ending, dtype):
    data = RNG.integers(0, 200, (5, 6, 4, 3)).astype(dtype)
    packed = ".gz" if ending.endswith(".gz") else ""
    saved(tmp_path / f"scan.img{packed}", data)
    image = analyze.read(tmp_path / f"scan{ending}")
    np.testing.assert_array_equal(image.data, data)
    np.testing.assert_array_equal(np.concatenate([block.copy() for block in image.data.blocks(2)], axis=3), data)
    assert image.voxel_size == pytest.approx((2, 2, 5))
    assert image.kind == ("complex" if dtype == "c8" else "magnitude")
    assert "which side is left" in image.meta["problems"][0]


@pytest.mark.parametrize("made", [nibabel.Spm99AnalyzeImage, nibabel.Spm2AnalyzeImage])
def test_the_matrix_of_spm_is_the_affine(tmp_path, made):
    data = RNG.integers(0, 200, (5, 6, 4)).astype(np.int16)
    affine = np.array([[0, 2.0, 0, -10], [2.0, 0, 0, 20], [0, 0, 5.0, 30], [0, 0, 0, 1]])
    image = analyze.read(saved(tmp_path / "scan.img", data, made=made, affine=affine))
    np.testing.assert_allclose(image.affine, affine)
    assert "problems" not in image.meta


def test_a_nifti_pair_with_the_same_endings_is_nifti(tmp_path):
    data = RNG.integers(0, 200, (5, 6, 4)).astype(np.int16)
    nibabel.save(nibabel.Nifti1Pair(data, AFFINE), tmp_path / "scan.img")
    for ending in (".img", ".hdr"):
        image = analyze.read(tmp_path / f"scan{ending}")
        np.testing.assert_allclose(image.affine, AFFINE)
        assert image.meta["nifti"]["version"] == 1


def test_the_patient_of_an_analyze_header_is_not_kept(tmp_path):
    data = RNG.integers(0, 200, (5, 6, 4)).astype(np.int16)
    path = saved(tmp_path / "scan.img", data, patient_id=b"QUIBBLE", db_name=b"ZEPHYRINE", exp_date=b"19870605")
    said = str(analyze.read(path).meta)
    assert not any(word in said for word in ("QUIBBLE", "ZEPHYRINE", "1987"))


@pytest.mark.parametrize("gone", [".hdr", ".img"])
def test_a_missing_half_of_analyze_is_told(tmp_path, gone):
    saved(tmp_path / "scan.img", np.ones((5, 6, 4), np.int16))
    (tmp_path / f"scan{gone}").unlink()
    other = {".hdr": ".img", ".img": ".hdr"}[gone]
    with pytest.raises(UnreadableError, match=rf"scan\.{other[1:]}.*no.*file|not a NIfTI|not a readable"):
        analyze.read(tmp_path / f"scan{other}")


def test_a_truncated_analyze_is_refused(tmp_path):
    path = saved(tmp_path / "scan.img", np.ones((5, 6, 4), np.int16))
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(UnreadableError, match=r"scan\.img is truncated .* promises 240 bytes, scan\.img has 239"):
        analyze.read(path)
    saved(tmp_path / "packed.img.gz", np.arange(120, dtype=np.int16).reshape(5, 6, 4))
    packed = tmp_path / "packed.img.gz"
    packed.write_bytes(gzip.compress(gzip.decompress(packed.read_bytes())[:-1]))
    with pytest.raises(UnreadableError, match="truncated or damaged"):
        np.asarray(analyze.read(packed).data)


def test_a_huge_matrix_is_not_read(tmp_path):
    path = saved(tmp_path / "scan.img", np.ones((5, 6, 4), np.int16), made=nibabel.Spm99AnalyzeImage)
    (tmp_path / "scan.mat").write_bytes(bytes(10**6))
    with pytest.raises(UnreadableError, match=r"scan\.mat beside scan\.img is too large"):
        analyze.read(path)


def test_mutated_analyze_never_ends_in_anything_else(tmp_path):
    path = saved(tmp_path / "scan.img", np.ones((5, 6, 4), np.int16), made=nibabel.Spm99AnalyzeImage)
    rng = np.random.default_rng(0)
    originals = {file: file.read_bytes() for file in tmp_path.iterdir()}
    for _ in range(300):
        for file, original in originals.items():
            content = bytearray(original)
            for place in rng.integers(0, len(content), rng.integers(0, 8)):
                content[place] = rng.integers(256)
            file.write_bytes(bytes(content))
        try:
            np.asarray(analyze.read(path).data)
        except MrsnrError as error:
            assert "scan." in str(error)  # noqa: PT017 - some are still images


def test_a_sidecar_of_analyze_is_read_and_its_name_says_the_kind(tmp_path):
    nibabel.save(nibabel.AnalyzeImage(np.ones((4, 5, 3), np.int16), np.eye(4)), tmp_path / "scan_phase.hdr")
    assert mrsnr.load(tmp_path / "scan_phase.hdr").kind == "phase"
    (tmp_path / "scan_phase.json").write_text('{"ImageType": ["ORIGINAL", "M"], "EchoTime": 0.03}')
    image = mrsnr.load(tmp_path / "scan_phase.img")
    assert (image.kind, image.meta["te"], image.meta["sidecar"]["EchoTime"]) == ("magnitude", 0.03, 0.03)
