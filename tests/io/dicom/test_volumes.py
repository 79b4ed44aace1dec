"""Slices into volumes, and what is said where that is not clear."""

import logging

import numpy as np
import pytest

from mrsnr.errors import ImageError
from mrsnr.io.dicom import read, series_in

from .conftest import OBLIQUE, enhanced_of, slice_of, stack, write


def labelled(tmp_path, *, slices=3, volumes=4, **elements):
    """Return data sets by slice and volume, with voxels of 10 times the volume plus the slice."""
    made = {}
    for k, volume, one in stack(np.random.default_rng(0), slices=slices, volumes=volumes, **elements):
        one.PixelData = np.full((12, 16), 10 * volume + k, np.uint16).tobytes()
        made[k, volume] = one
    return made


def order(folder):
    """Return the numbers of slices and volumes as they are in the array, shape (z, T)."""
    image = read(folder)
    data = np.asarray(image.data)
    return data[0, 0] if data.ndim == 4 else data[0, 0][:, None]


EXPECTED = 10 * np.arange(4) + np.arange(3)[:, None]


@pytest.mark.parametrize(
    "timed",
    [
        lambda volume: {"TemporalPositionIdentifier": volume + 1, "InstanceNumber": 1, "AcquisitionNumber": 1},
        lambda volume: {"AcquisitionNumber": volume + 1, "InstanceNumber": None},
        lambda volume: {"AcquisitionNumber": None, "AcquisitionTime": f"1{volume:05d}.5", "InstanceNumber": 7},
        lambda volume: {
            "AcquisitionNumber": None,
            "AcquisitionTime": ("235958", "235959", "000000", "000001")[volume],
            "InstanceNumber": 1 + volume,
        },
        lambda volume: {"AcquisitionNumber": 1, "TriggerTime": 25.5 * volume, "InstanceNumber": 9 - volume},
        lambda volume: {"AcquisitionNumber": 1, "InstanceNumber": 9 + volume},
        lambda volume: {
            "AcquisitionNumber": 1,
            "AcquisitionDateTime": f"2020010{1 + volume}235959",
            "InstanceNumber": 1,
        },
    ],
    ids=["temporal position", "acquisition", "time", "midnight", "trigger", "instance", "date"],
)
def test_volumes_are_in_the_order_of_time(tmp_path, timed):
    for (k, volume), made in labelled(tmp_path).items():
        for name, value in timed(volume).items():
            if value is None:
                delattr(made, name)
            else:
                setattr(made, name, value)
        write(made, tmp_path / f"{9 - volume}{k}")
    np.testing.assert_array_equal(order(tmp_path), EXPECTED)


@pytest.mark.parametrize("fastest", ["slice", "volume"])
def test_instance_numbers_may_count_either_way(tmp_path, fastest):
    for (k, volume), made in labelled(tmp_path).items():
        made.AcquisitionNumber = 1
        made.InstanceNumber = 1 + (k + 3 * volume if fastest == "slice" else volume + 4 * k)
        write(made, tmp_path / f"{made.SOPInstanceUID}")
    np.testing.assert_array_equal(order(tmp_path), EXPECTED)


def test_slices_that_are_missing_from_a_volume_are_named(tmp_path):
    for (k, volume), made in labelled(tmp_path).items():
        if (k, volume) != (1, 3):
            write(made, tmp_path / f"{k}{volume}")
    with pytest.raises(ImageError, match=r"incomplete: .*11 of 12 slices.*of slice 2 "):
        read(tmp_path)
    (one,) = series_in(tmp_path)
    assert one.shape is None


@pytest.mark.parametrize(
    ("kept", "spacing", "said"),
    [
        ([0, 1, 2, 4, 5], 4.0, "1 slices are missing: there are gaps after slice 3"),
        ([0, 1, 2.3, 3, 4], 4.0, "not evenly spaced"),
    ],
)
def test_gaps_are_reported(tmp_path, rng, caplog, kept, spacing, said):
    across = np.cross(OBLIQUE[:3], OBLIQUE[3:])
    for number, k in enumerate(kept):
        made = slice_of(
            rng.integers(0, 99, (8, 8)).astype(np.uint16),
            position=k * spacing * across,
            orientation=OBLIQUE,
            number=number,
        )
        write(made, tmp_path / str(number))
    with caplog.at_level(logging.WARNING, "mrsnr"):
        image = read(tmp_path)
    assert any(said in problem for problem in image.meta["problems"])
    assert said in caplog.text
    np.testing.assert_allclose(image.affine[:3, 2], np.array([-1, -1, 1]) * spacing * across, atol=1e-6)


def test_copies_are_taken_once(tmp_path, caplog):
    for (k, volume), made in labelled(tmp_path).items():
        write(made, tmp_path / "a" / f"{k}{volume}")
        write(made, tmp_path / "b" / f"{k}{volume}")
    with caplog.at_level(logging.WARNING, "mrsnr"):
        np.testing.assert_array_equal(order(tmp_path), EXPECTED)
    assert "12 of 24 slices are copies" in caplog.text


def test_slices_of_unlike_b_values_in_one_volume_are_reported(tmp_path):
    for (k, volume), made in labelled(tmp_path, slices=2, volumes=2).items():
        made.DiffusionBValue = 0.0 if (k + volume) % 2 else 1000.0
        write(made, tmp_path / f"{k}{volume}")
    assert any("b-values" in problem for problem in read(tmp_path).meta["problems"])


@pytest.mark.parametrize("missing", ["ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing"])
def test_without_a_place_one_is_assumed_and_said(tmp_path, missing):
    for (k, _), made in labelled(tmp_path, volumes=1).items():
        delattr(made, missing)
        write(made, tmp_path / str(k))
    image = read(tmp_path)
    np.testing.assert_array_equal(np.asarray(image.data)[0, 0], [0, 1, 2])
    assert image.meta["problems"]
    edges = (1, 1, 4) if missing == "PixelSpacing" else (1.25, 1.5, 4)
    assert image.voxel_size == pytest.approx(edges)


def test_volumes_that_only_their_identifiers_tell_apart_are_kept(tmp_path):
    for (k, volume), made in labelled(tmp_path).items():
        made.AcquisitionNumber = made.InstanceNumber = 1
        write(made, tmp_path / f"{volume}{k}")
    np.testing.assert_array_equal(order(tmp_path), EXPECTED)
    assert "order of their files' names" in " ".join(read(tmp_path).meta["problems"])


def test_volumes_in_files_of_their_own_that_count_alike(tmp_path):
    positions = [(0, 0, 3.0 * k) for k in range(3)]
    for volume in range(4):
        pixels = np.stack([np.full((12, 16), 10 * volume + k, np.uint16) for k in range(3)])
        made = enhanced_of(pixels, positions=positions, AcquisitionNumber=volume + 1, InstanceNumber=1)
        for group in made.PerFrameFunctionalGroupsSequence:
            group.FrameContentSequence[0].FrameAcquisitionNumber = 1
        write(made, tmp_path / f"{9 - volume}")
    np.testing.assert_array_equal(order(tmp_path), EXPECTED)
    assert "problems" not in read(tmp_path).meta


def moved(across, made, millimetres):
    made.ImagePositionPatient = list(np.round(np.array(made.ImagePositionPatient) + millimetres * across, 6))


@pytest.mark.parametrize("shift", [0.05, 0.5])
@pytest.mark.parametrize("number", ["AcquisitionNumber", "TemporalPositionIdentifier"])
def test_slices_that_follow_the_head(tmp_path, shift, number):
    across = np.cross(OBLIQUE[:3], OBLIQUE[3:])
    for (k, volume), made in labelled(tmp_path).items():
        moved(across, made, shift * (volume % 3 - 0.5 * volume))
        made.AcquisitionNumber = 1
        setattr(made, number, volume + 1)
        write(made, tmp_path / f"{k}{volume}")
    np.testing.assert_array_equal(order(tmp_path), EXPECTED)
    image = read(tmp_path)
    assert f"move by up to {1.5 * shift:.2g} mm" in " ".join(image.meta["problems"])
    assert image.voxel_size == pytest.approx((1.25, 1.5, 4))


def test_slices_that_follow_the_head_although_nothing_numbers_the_volumes(tmp_path):
    across = np.cross(OBLIQUE[:3], OBLIQUE[3:])
    for (k, volume), made in labelled(tmp_path).items():
        moved(across, made, 0.05 * volume)
        made.AcquisitionNumber = 1
        write(made, tmp_path / f"{k}{volume}")
    np.testing.assert_array_equal(order(tmp_path), EXPECTED)
    assert "move by up to 0.15 mm" in " ".join(read(tmp_path).meta["problems"])


@pytest.mark.parametrize("shift", [0.05, 2.0])
def test_mosaics_that_follow_the_head(tmp_path, rng, shift):
    for volume in range(4):
        pixels = np.kron([[0, 1], [2, 3]], np.ones((16, 16))).astype(np.uint16) + 10 * volume
        types = ["ORIGINAL", "PRIMARY", "M", "ND", "MOSAIC"]
        made = slice_of(pixels, position=(0, 0, shift * volume), number=volume + 1, ImageType=types)
        made.private_block(0x0019, "SIEMENS MR HEADER", create=True).add_new(0x0A, "US", 4)
        write(made, tmp_path / str(volume))
    np.testing.assert_array_equal(order(tmp_path), 10 * np.arange(4) + np.arange(4)[:, None])
    assert f"move by up to {3 * shift:.2g} mm" in " ".join(read(tmp_path).meta["problems"])


@pytest.mark.parametrize("uneven", [0, 1])
def test_interleaved_parts_of_a_volume_are_no_volumes(tmp_path, uneven):
    across = np.cross(OBLIQUE[:3], OBLIQUE[3:])
    for (k, _), made in labelled(tmp_path, slices=6, volumes=1).items():
        made.AcquisitionNumber = 1 + k % 2
        moved(across, made, uneven * (k > 2))
        write(made, tmp_path / str(k))
    np.testing.assert_array_equal(order(tmp_path)[:, 0], np.arange(6))
