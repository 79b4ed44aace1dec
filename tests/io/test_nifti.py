"""Files written by nibabel come back voxel by voxel; broken ones end in a sentence."""

import gzip
import json
import logging
import pickle

import nibabel
import numpy as np
import pytest

import mrsnr
from mrsnr.errors import ImageError, UnreadableError

AFFINE = np.array([[-2.0, 0, 0.1, 90], [0, 2.0, 0, -80], [0.1, 0, 5.0, -30], [0, 0, 0, 1]])


def written(path, data, *, made=nibabel.Nifti1Image, affine=AFFINE, slope=None, **header):
    image = made(data, affine)
    for key, value in header.items():
        image.header[key] = value
    if slope is not None:
        image.header.set_slope_inter(*slope)
    nibabel.save(image, path)
    return path


@pytest.fixture
def voxels():
    return np.random.default_rng(0).integers(0, 4000, (5, 6, 4)).astype(np.int16)


@pytest.mark.parametrize("ending", [".nii", ".nii.gz", ".img", ".hdr"])
def test_every_ending_comes_back(tmp_path, voxels, ending):
    path = tmp_path / f"scan{ending}"
    made = nibabel.Nifti1Pair if ending in {".img", ".hdr"} else nibabel.Nifti1Image
    image = mrsnr.load(written(path, voxels, made=made))
    np.testing.assert_array_equal(image.data, voxels)
    np.testing.assert_allclose(image.affine, AFFINE, atol=1e-6)


def test_nifti_2(tmp_path, voxels):
    image = mrsnr.load(written(tmp_path / "two.nii.gz", voxels, made=nibabel.Nifti2Image))
    np.testing.assert_array_equal(image.data, voxels)
    assert image.meta["nifti"]["version"] == 2


@pytest.mark.parametrize("dtype", ["u1", "i2", "u2", "i4", "f4", "f8", "c8", "c16", ">i2", ">f4"])
@pytest.mark.parametrize("shape", [(5, 6), (5, 6, 4), (5, 6, 4, 3), (5, 6, 4, 1)])
def test_every_type_and_number_of_dimensions(tmp_path, dtype, shape):
    data = np.random.default_rng(0).integers(0, 200, shape).astype(dtype)
    if data.dtype.kind == "c":
        data = (data * (1 + 2j)).astype(dtype)
    image = mrsnr.load(written(tmp_path / "scan.nii", data))
    assert image.shape == shape
    np.testing.assert_array_equal(image.data, data)
    assert image.kind == ("complex" if np.dtype(dtype).kind == "c" else "magnitude")


def test_slope_and_intercept_are_applied(tmp_path, voxels):
    image = mrsnr.load(written(tmp_path / "scaled.nii.gz", voxels, slope=(2.5, -100)))
    np.testing.assert_allclose(image.data, 2.5 * voxels - 100)


def test_voxels_stay_on_disk_until_asked_for(tmp_path, voxels):
    path = written(tmp_path / "lazy.nii", voxels)
    image = mrsnr.load(path)
    assert image.shape == voxels.shape
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(UnreadableError, match="truncated or damaged"):
        np.asarray(image.data)


def test_voxels_are_found_after_a_change_of_folder(tmp_path, voxels, monkeypatch):
    written(tmp_path / "scan.nii.gz", voxels)
    monkeypatch.chdir(tmp_path)
    image = mrsnr.load("scan.nii.gz")
    monkeypatch.chdir("/")
    np.testing.assert_array_equal(image.data, voxels)


def test_a_file_that_went_away_is_said(tmp_path, voxels):
    path = written(tmp_path / "scan.nii.gz", voxels)
    image = mrsnr.load(path)
    path.unlink()
    with pytest.raises(UnreadableError, match=r"scan\.nii\.gz cannot be read"):
        np.asarray(image.data)


def test_a_header_that_promises_more_than_gzip_can_hold_is_refused_unread(tmp_path, voxels):
    raw = bytearray(written(tmp_path / "scan.nii", voxels).read_bytes())
    raw[42:48] = np.array([30_000, 30_000, 30_000], "<i2").tobytes()  # dim[1] to dim[3]
    path = tmp_path / "huge.nii.gz"
    path.write_bytes(gzip.compress(bytes(raw)))
    with pytest.raises(UnreadableError, match="promises 54000000000352 bytes"):
        mrsnr.load(path)


@pytest.mark.parametrize(("where", "value"), [(256, 50.0), (80, np.inf), (268, np.nan)])
def test_a_damaged_qform_beside_a_good_sform_is_left_out(tmp_path, voxels, caplog, where, value):
    """A quaternion that is none, voxels of infinite size, an offset that is no number."""
    raw = bytearray(written(tmp_path / "scan.nii", voxels).read_bytes())
    raw[252:256] = np.array([1, 2], "<i2").tobytes()  # qform_code, sform_code
    raw[where : where + 4] = np.array([value], "<f4").tobytes()
    (tmp_path / "scan.nii").write_bytes(bytes(raw))
    with caplog.at_level(logging.WARNING, logger="mrsnr"):
        image = mrsnr.load(tmp_path / "scan.nii")
    assert "qform" in caplog.text
    np.testing.assert_allclose(image.affine, AFFINE, atol=1e-6)
    mrsnr.save(mrsnr.measure(image, "mixture"), tmp_path / "out")
    saved = nibabel.load(tmp_path / "out/scan_snr_map.nii.gz")
    assert int(saved.header["qform_code"]) == 0
    np.testing.assert_allclose(saved.affine, AFFINE, atol=1e-5)


def test_a_part_can_be_read(tmp_path, voxels):
    image = mrsnr.load(written(tmp_path / "scan.nii.gz", voxels))
    np.testing.assert_array_equal(image.data[..., 2], voxels[..., 2])


def test_a_loaded_image_can_be_pickled(tmp_path, voxels):
    image = mrsnr.load(written(tmp_path / "scan.nii.gz", voxels))
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(image)).data, voxels)  # noqa: S301 - our own bytes


class TestSidecar:
    def load(self, tmp_path, voxels, name="scan", **sidecar):
        (tmp_path / f"{name}.json").write_text(json.dumps(sidecar))
        return mrsnr.load(written(tmp_path / f"{name}.nii.gz", voxels))

    def test_its_words_are_in_meta(self, tmp_path, voxels):
        sidecar = {"RepetitionTime": 2.5, "EchoTime": 0.03, "Manufacturer": "GE", "CoilString": "32Ch", "Other": [1]}
        image = self.load(tmp_path, voxels, **sidecar)
        assert {key: image.meta[key] for key in ("tr", "te", "vendor", "coil")} == {
            "tr": 2.5,
            "te": 0.03,
            "vendor": "GE",
            "coil": "32Ch",
        }
        assert image.meta["sidecar"] == sidecar

    @pytest.mark.parametrize(
        ("types", "kind"),
        [
            (["ORIGINAL", "PRIMARY", "P", "ND", "PHASE"], "phase"),
            (["ORIGINAL", "PRIMARY", "R", "FFE"], "real"),
            (["ORIGINAL", "PRIMARY", "I", "FFE"], "imaginary"),
            (["ORIGINAL", "PRIMARY", "M", "ND", "NORM"], "magnitude"),
            (["ORIGINAL", "PRIMARY", "OTHER"], "magnitude"),
            ("PHASE", "magnitude"),
        ],
    )
    def test_image_type_says_the_kind(self, tmp_path, voxels, types, kind):
        assert self.load(tmp_path, voxels, ImageType=types).kind == kind

    @pytest.mark.parametrize(
        ("name", "kind"),
        [
            ("scan_ph", "phase"),
            ("sub-01_part-phase_bold", "phase"),
            ("scan_real", "real"),
            ("scan_imaginary", "imaginary"),
            ("01_Phase_ims_e1", "phase"),
            ("25_phase_cine_mag", "magnitude"),
            ("sub_real_life", "magnitude"),
            ("sub_ph_value", "magnitude"),
            ("graph", "magnitude"),
            ("really", "magnitude"),
        ],
    )
    def test_the_name_says_the_kind_where_the_sidecar_does_not(self, tmp_path, voxels, name, kind):
        assert mrsnr.load(written(tmp_path / f"{name}.nii.gz", voxels)).kind == kind

    @pytest.mark.parametrize(
        ("combined", "elements", "channels"),
        [
            ("Sum of Squares", 8, 8),
            ("root-sum-of-squares", 32, 32),
            ("Adaptive Combine", 8, 1),
            ("Sum of Squares", None, None),
            ("Sum of Squares", -3, None),
            (None, 8, None),
        ],
    )
    def test_how_coils_were_combined_says_the_number_of_channels(self, tmp_path, voxels, combined, elements, channels):
        sidecar = {"CoilCombinationMethod": combined, "NumberReceiveCoilActiveElements": elements}
        image = self.load(tmp_path, voxels, **{key: value for key, value in sidecar.items() if value is not None})
        assert image.meta.get("channels") == channels

    @pytest.mark.parametrize("content", ["{not json", "[1, 2]", "\xff\xfe", "[" * 100_000])
    def test_a_broken_one_is_left_out_with_a_warning(self, tmp_path, voxels, caplog, content):
        (tmp_path / "scan.json").write_text(content, encoding="latin-1")
        with caplog.at_level(logging.WARNING, logger="mrsnr"):
            image = mrsnr.load(written(tmp_path / "scan.nii.gz", voxels))
        assert image.meta["sidecar"] == {}
        assert "scan.json was not used" in caplog.text


@pytest.mark.parametrize(("unit", "seconds"), [("sec", 3.0), ("msec", 0.003), ("unknown", None)])
def test_repetition_time_of_the_header_is_in_seconds(tmp_path, unit, seconds):
    image = nibabel.Nifti1Image(np.zeros((3, 3, 3, 4), np.int16), np.eye(4))
    image.header.set_xyzt_units("mm", unit)
    image.header.set_zooms((1, 1, 1, 3))
    nibabel.save(image, tmp_path / "series.nii")
    assert mrsnr.load(tmp_path / "series.nii").meta.get("tr") == seconds


class TestBadFiles:
    @pytest.mark.parametrize(
        ("name", "words"),
        [
            ("DERIVED_truncated_gzip_siemens_e1.nii.gz", "truncated or damaged"),
            ("empty_0byte.nii.gz", "is empty"),
            ("git_lfs_pointer.nii.gz", "git-LFS pointer"),
        ],
    )
    def test_real_ones(self, shared_data, name, words):
        path = shared_data(f"bad/{name}")
        with pytest.raises(UnreadableError, match=words):
            mrsnr.measure(mrsnr.load(path))

    def test_a_constant_image_is_read_and_not_measured(self, shared_data):
        image = mrsnr.load(shared_data("bad/constant_ones_4x4x4.nii.gz"))
        with pytest.raises(ImageError, match="same value"):
            mrsnr.measure(image)

    @pytest.mark.parametrize("name", ["text.nii", "text.nii.gz", "text.img"])
    def test_text(self, tmp_path, name):
        (tmp_path / name).write_text("This is not an image.\n" * 50)
        with pytest.raises(UnreadableError, match=name):
            mrsnr.load(tmp_path / name)

    def test_noise_in_a_gzip(self, tmp_path):
        path = tmp_path / "noise.nii.gz"
        path.write_bytes(gzip.compress(np.random.default_rng(0).bytes(5000)))
        with pytest.raises(UnreadableError):
            mrsnr.load(path)

    @pytest.mark.parametrize("shape", [(7,), (3, 3, 3, 2, 2)])
    def test_one_and_five_dimensions(self, tmp_path, shape):
        with pytest.raises(ImageError, match=r"scan\.nii.*has [15] dimensions"):
            mrsnr.load(written(tmp_path / "scan.nii", np.zeros(shape, np.float32)))

    def test_colours(self, tmp_path):
        rgb = np.zeros((4, 4, 4), dtype=[("R", "u1"), ("G", "u1"), ("B", "u1")])
        with pytest.raises(ImageError, match="expected integer, float or complex"):
            mrsnr.load(written(tmp_path / "rgb.nii", rgb))

    def test_a_singular_affine(self, tmp_path, voxels):
        path = written(tmp_path / "flat.nii", voxels)
        header = bytearray(path.read_bytes())
        header[252:256] = (0).to_bytes(2, "little") + (1).to_bytes(2, "little")  # qform_code, sform_code
        header[280:328] = bytes(48)  # the three rows of the sform
        path.write_bytes(bytes(header))
        with pytest.raises(ImageError, match="singular"):
            mrsnr.load(path)

    def test_missing_folder_and_unknown_ending(self, tmp_path):
        with pytest.raises(UnreadableError, match="no file"):
            mrsnr.load(tmp_path / "nothing.nii")
        with pytest.raises(ImageError, match="holds no DICOM image"):
            mrsnr.load(tmp_path)
        (tmp_path / "scan.xyz").write_text("x")
        with pytest.raises(UnreadableError, match=r"expected .*\.nii\.gz"):
            mrsnr.load(tmp_path / "scan.xyz")

    def test_half_of_a_pair(self, tmp_path, voxels):
        written(tmp_path / "pair.img", voxels, made=nibabel.Nifti1Pair)
        (tmp_path / "pair.img").unlink()
        with pytest.raises(UnreadableError):
            np.asarray(mrsnr.load(tmp_path / "pair.hdr").data)
