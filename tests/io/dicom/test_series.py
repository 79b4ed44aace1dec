"""What counts as one image, and how one is chosen."""

import logging
import zipfile

import numpy as np
import pytest

from mrsnr.errors import ArgumentError, ImageError, UnreadableError
from mrsnr.io.dicom import is_dicom, read, series_in

from .conftest import SERIES, slice_of, stack, write

OTHER = f"{SERIES}.7"


@pytest.fixture
def mixed(tmp_path, rng):
    """Return a folder of two series in nested folders, with files beside them that are none."""
    for k, _, made in stack(rng, slices=3):
        write(made, tmp_path / "a" / "deep" / f"IM{k}")
    for k, volume, made in stack(
        rng, slices=2, volumes=4, SeriesInstanceUID=OTHER, SeriesNumber=7, SeriesDescription="EPI: rest"
    ):
        write(made, tmp_path / "b" / f"{k}_{volume}.IMA")
    (tmp_path / "notes.txt").write_text("not DICOM")
    (tmp_path / "empty").write_bytes(b"")
    (tmp_path / "a" / "loop").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "gone").symlink_to(tmp_path / "nowhere")
    return tmp_path


def test_series_are_listed(mixed):
    first, second = series_in(mixed)
    assert (first.number, first.description, first.shape, first.volumes, first.files) == (
        5,
        "T2w tra",
        (16, 12, 3),
        1,
        3,
    )
    assert (second.number, second.shape, second.volumes, second.files) == (7, (16, 12, 2, 4), 4, 8)
    assert [one.choice for one in (first, second)] == ["5", "7"]


def test_several_series_have_to_be_chosen_from(mixed):
    with pytest.raises(ImageError, match=r"2 images.*--series.*5 \(T2w tra, 16 x 12 x 3, magnitude\); 7 \(EPI: rest"):
        read(mixed)
    with pytest.raises(ArgumentError, match=r"no series '99'.*T2w tra"):
        read(mixed, series=99)


@pytest.mark.parametrize("selector", [7, "7", OTHER, "epi", "EPI: rest"])
def test_a_series_is_chosen(mixed, selector):
    image = read(mixed, series=selector)
    assert image.shape == (16, 12, 2, 4)
    assert image.meta["series"] == {"number": 7, "description": "EPI: rest", "choice": "7"}


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_zip_is_read_as_the_folder_that_it_is_of(mixed, tmp_path_factory, method):
    archive = tmp_path_factory.mktemp("zip") / "scan.zip"
    with zipfile.ZipFile(archive, "w", method) as made:
        for file in sorted(path for path in mixed.rglob("*") if path.is_file() and "loop" not in path.parts):
            made.write(file, f"../../{file.relative_to(mixed)}")  # a name that would lead out of the folder
    assert [one.choice for one in series_in(archive)] == ["5", "7"]
    for number in (5, 7):
        ours, theirs = read(archive, series=number), read(mixed, series=number)
        np.testing.assert_array_equal(np.asarray(ours.data), np.asarray(theirs.data))
        np.testing.assert_array_equal(ours.affine, theirs.affine)
    assert [path.name for path in archive.parent.iterdir()] == ["scan.zip"]


def test_echoes_and_components_are_images_of_their_own(tmp_path, rng):
    for echo, time in enumerate((4.6, 2.3), start=1):
        for letter in "MP":
            for k, _, made in stack(rng, slices=2, EchoTime=time, ImageType=["ORIGINAL", "PRIMARY", letter, "ND"]):
                write(made, tmp_path / f"{echo}{letter}{k}")
    found = series_in(tmp_path)
    assert {one.choice for one in found} == {"5:magnitude:e1", "5:magnitude:e2", "5:phase:e1", "5:phase:e2"}
    image = read(tmp_path, series="5:e2:phase")
    assert (image.kind, image.meta["te"]) == ("phase", pytest.approx(0.0046))
    assert read(tmp_path, series="t2w:magnitude:e1").meta["te"] == pytest.approx(0.0023)
    with pytest.raises(ImageError, match="2 images"):
        read(tmp_path, series="5:phase")


@pytest.mark.parametrize(
    ("types", "more", "kind"),
    [
        (["ORIGINAL", "PRIMARY", "M_FFE", "M", "FFE"], {}, "magnitude"),
        (["ORIGINAL", "PRIMARY", "PHASE MAP", "P", "FFE"], {}, "phase"),
        (["ORIGINAL", "PRIMARY", "R_FFE", "R", "FFE"], {}, "real"),
        (["ORIGINAL", "PRIMARY", "I_FFE", "I", "FFE"], {}, "imaginary"),
        (["DERIVED", "PRIMARY", "MPR"], {}, "magnitude"),
        (["ORIGINAL", "PRIMARY", "OTHER"], {"ComplexImageComponent": "PHASE"}, "phase"),
    ],
)
def test_kinds(tmp_path, rng, types, more, kind):
    made = slice_of(rng.integers(0, 99, (8, 8)).astype(np.uint16), ImageType=types, **more)
    assert read(write(made, tmp_path / "one")).kind == kind


@pytest.mark.parametrize("component", range(4))
def test_kinds_of_ge(tmp_path, rng, component):
    made = slice_of(
        rng.integers(0, 99, (8, 8)).astype(np.uint16),
        Manufacturer="GE MEDICAL SYSTEMS",
        ImageType=["ORIGINAL", "PRIMARY", "OTHER"],
    )
    made.private_block(0x0043, "GEMS_PARM_01", create=True).add_new(0x2F, "SS", component)
    image = read(write(made, tmp_path / "one"))
    assert image.kind == ("magnitude", "phase", "real", "imaginary")[component]
    assert image.meta["vendor"] == "GE"


def test_slices_of_three_directions_are_three_images(tmp_path, rng):
    for name, orientation in {"a": (1, 0, 0, 0, 1, 0), "b": (0, 1, 0, 0, 0, -1), "c": (1, 0, 0, 0, 0, -1)}.items():
        for k, _, made in stack(rng, slices=3, orientation=orientation):
            write(made, tmp_path / f"{name}{k}")
    assert [one.choice for one in series_in(tmp_path)] == ["5:1", "5:2", "5:3"]
    assert read(tmp_path, series="5:2").affine[0, 2] == pytest.approx(4)


def test_uncombined_coils_are_no_repeats(tmp_path, rng):
    for coil in ("H1", "H2", "H3"):
        for k, _, made in stack(rng, slices=2):
            made.private_block(0x0051, "SIEMENS MR HEADER", create=True).add_new(0x0F, "LO", coil)
            write(made, tmp_path / f"{coil}{k}")
    assert [(one.choice, one.shape) for one in series_in(tmp_path)] == [(f"5:{n}", (16, 12, 2)) for n in (1, 2, 3)]


def test_b_values_are_volumes_of_one_image(tmp_path, rng):
    weights = (0.0, 500.0, 1000.0)
    for volume, weight in enumerate(weights):
        for k, _, made in stack(rng, slices=2, DiffusionBValue=weight, AcquisitionNumber=volume + 1):
            made.InstanceNumber = 1 + volume + 3 * k
            write(made, tmp_path / f"{volume}{k}")
    image = read(tmp_path)
    assert image.shape == (16, 12, 2, 3)
    assert image.meta["varies"]["DiffusionBValue"] == weights


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.7"}, "picture of a screen"),
        ({"Modality": "CT"}, "modality CT"),
        ({"PhotometricInterpretation": "MONOCHROME1"}, "MONOCHROME1"),
    ],
)
def test_what_is_no_signal_is_listed_and_refused(tmp_path, rng, more, reason):
    file = write(slice_of(rng.integers(0, 99, (8, 8)).astype(np.uint16), **more), tmp_path / "one.dcm")
    (one,) = series_in(file)
    assert reason in one.refused
    with pytest.raises(ImageError, match=reason):
        read(file)


def test_a_colour_picture_is_refused(tmp_path):
    made = slice_of(
        np.zeros((8, 8), np.uint8), SamplesPerPixel=3, PhotometricInterpretation="RGB", PlanarConfiguration=0
    )
    made.PixelData = bytes(3 * 64)
    with pytest.raises(ImageError, match="in colour"):
        read(write(made, tmp_path / "one"))


def test_the_one_image_beside_pictures_of_screens_is_meant(tmp_path, rng):
    write(slice_of(rng.integers(0, 99, (8, 8)).astype(np.uint16)), tmp_path / "a")
    write(
        slice_of(np.ones((8, 8), np.uint16), SOPClassUID="1.2.840.10008.5.1.4.1.1.7", SeriesInstanceUID=OTHER),
        tmp_path / "b",
    )
    assert read(tmp_path).shape == (8, 8, 1)


def test_a_broken_file_in_a_folder_is_left_out_with_a_warning(mixed, caplog):
    whole = (mixed / "a" / "deep" / "IM0").read_bytes()
    (mixed / "a" / "cut.dcm").write_bytes(whole[:-10])
    with caplog.at_level(logging.WARNING, "mrsnr"):
        image = read(mixed, series=5)
    assert image.shape == (16, 12, 3)
    assert "cut.dcm is truncated" in caplog.text
    assert any("cut.dcm" in problem for problem in image.meta["problems"])
    with pytest.raises(UnreadableError, match=r"^cut.dcm is truncated"):
        read(mixed / "a" / "cut.dcm")


def test_is_dicom(mixed):
    assert is_dicom(mixed / "a" / "deep" / "IM0")
    assert not is_dicom(mixed / "notes.txt")
    assert not is_dicom(mixed / "empty")
    assert not is_dicom(mixed / "nowhere")
    assert not is_dicom(mixed)


def test_the_truncated_and_other_small_files(shared_data):
    for name in ("MR_truncated", "emri_small_jpeg_2k_lossless_too_short"):
        with pytest.raises(UnreadableError, match=r"^\w+\.dcm is truncated"):
            read(shared_data(f"dicom-small/{name}.dcm"))


@pytest.mark.parametrize(
    "types", [["T1 MAP", "T1"], ["B0 MAP", "B0"], ["DIFFUSION", "ADC", "ND"], ["V", "RETRO"], ["VELOCITY MAP", "P"]]
)
def test_maps_are_no_images_of_signal(tmp_path, rng, types):
    made = slice_of(rng.integers(0, 99, (8, 8)).astype(np.uint16), ImageType=["DERIVED", "PRIMARY", *types])
    with pytest.raises(ImageError, match="a map that was calculated"):
        read(write(made, tmp_path / "one"))
