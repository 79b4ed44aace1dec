"""SNR for a cubic millimetre and a second: the closed form, and what a header without the figures gives."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mrsnr import Image, Normalised, Snr, Verdict, measure, normalised
from simulated_scans import complex_noise, kspace_window, outline

FULL = {
    "MRAcquisitionType": "2D",
    "SliceThickness": 4,
    "AcquisitionMatrixPE": 96,
    "ReconMatrixPE": 96,
    "PixelBandwidth": 200,
    "NumberOfAverages": 2,
    "AcquisitionDuration": 25,
}
TIMES = ("per_mm3_per_sqrt_s", "per_mm3_per_sqrt_sampling_s")


def result(value=80.0, *, shape=(64, 96, 5), volume=None, repeats=1, inputs=(), **fields):
    image = Image(np.ones(shape), np.diag([-2.0, 2.0, 5.0, 1.0]), {"sidecar": fields})
    return Snr(
        value=value,
        interval=None,
        map=None,
        table=(),
        noise=None,
        method="air",
        verdict=Verdict.TRUSTED,
        reasons=(),
        provenance={"volume": volume, "repeats": repeats, "inputs": inputs},
        image=image,
    )


def test_the_three_numbers_are_the_formula():
    found = normalised(result(**FULL))
    assert (found.voxel_mm3, found.scan_s) == (16, 25)
    assert found.sampling_s == pytest.approx(2 * 96 / 200)
    assert found.per_mm3 == pytest.approx(80 / 16)
    assert found.per_mm3_per_sqrt_s == pytest.approx(80 / 16 / 5)
    assert found.per_mm3_per_sqrt_sampling_s == pytest.approx(80 / 16 / np.sqrt(0.96))
    assert found.missing == ()


def test_the_gap_between_slices_is_no_part_of_the_voxel():
    assert normalised(result(**FULL)).voxel_mm3 == 2 * 2 * 4  # slices are 5 mm apart


@pytest.mark.parametrize(
    ("fields", "volume"),
    [
        ({"AcquisitionVoxelSize": [2.5, 3, 4]}, 30),
        ({"AcquisitionVoxelSize": [2.5, 3]}, 16),
        ({"AcquisitionVoxelSize": [2.5, -3, 4]}, 16),
        ({"AcquisitionMatrixPE": 48, "PhaseEncodingDirection": "j", "BaseResolution": 64}, 32),
        ({"AcquisitionMatrixPE": 48, "PhaseEncodingDirection": "j", "BaseResolution": 32}, 64),
        ({"AcquisitionMatrixPE": 48}, None),
        ({"AcquisitionMatrixPE": 48, "BaseResolution": 32}, None),
        ({"AcquisitionMatrixPE": "96"}, None),
        ({"ReconMatrixPE": None}, None),
        ({"ReconMatrixPE": None, "PhaseEncodingAxis": "j"}, 16),
        ({"ReconMatrixPE": None, "PhaseEncodingAxis": "i"}, None),
        ({"ReconMatrixPE": None, "PhaseEncodingAxis": "i", "BaseResolution": 96}, 16 * 64 / 96),
        ({"SliceThickness": None}, None),
        ({"SliceThickness": 0}, None),
    ],
)
def test_the_voxel_is_the_acquired_one(fields, volume):
    found = normalised(result(**{**FULL, **fields}))
    assert found.voxel_mm3 == (None if volume is None else pytest.approx(volume))
    assert (found.per_mm3 is None) == (volume is None)
    if volume is None:
        assert found.missing
        assert [getattr(found, name) for name in TIMES] == [None, None]


@pytest.mark.parametrize(
    ("fields", "seconds"),
    [
        ({}, 0.96),
        ({"NumberOfAverages": None}, 0.48),
        ({"ParallelReductionFactorInPlane": 2}, 0.48),
        ({"ParallelReductionFactorInPlane": 2, "PartialFourier": 0.75}, 0.36),
        ({"MultibandAccelerationFactor": 3}, 0.96),
        ({"PhaseOversampling": 0.5}, 1.44),
        ({"MRAcquisitionType": "3D", "PhaseEncodingStepsOutOfPlane": 40}, 38.4),
        ({"MRAcquisitionType": "3D", "PhaseEncodingStepsOutOfPlane": 40, "ParallelReductionFactorOutOfPlane": 2}, 19.2),
        ({"MRAcquisitionType": "3D"}, None),
        ({"MRAcquisitionType": None}, None),
        ({"PartialFourier": 0.0125}, None),
        ({"PartialFourierEnabled": "YES"}, None),
        ({"ParallelAcquisitionTechnique": "SENSE"}, None),
        ({"PixelBandwidth": None}, None),
        ({"PixelBandwidth": "200"}, None),
    ],
)
def test_the_time_of_sampling(fields, seconds):
    found = normalised(result(**{**FULL, **fields}))
    assert found.sampling_s == (None if seconds is None else pytest.approx(seconds))
    assert (found.per_mm3_per_sqrt_sampling_s is None) == (seconds is None)
    assert found.per_mm3 == 5
    assert bool(found.missing) == (seconds is None)


def test_a_time_that_may_be_that_of_all_volumes_is_not_used():
    assert normalised(result(volume=3, **FULL)).scan_s is None
    assert normalised(result(repeats=4, **FULL)).scan_s is None
    beside = (("repeat", {}), ("noise_mask", {}))
    assert normalised(result(repeats=2, inputs=beside, **FULL)).scan_s == 25
    assert "all volumes" in normalised(result(volume=3, **FULL)).missing[0]


def test_without_a_header_there_is_nothing_and_it_says_why():
    found = normalised(result())
    assert (found.per_mm3, found.voxel_mm3, found.scan_s, found.sampling_s) == (None, None, None, None)
    assert len(found.missing) == 3
    assert all(sentence.endswith(".") for sentence in found.missing)


def test_no_snr_is_no_normalised_snr():
    found = normalised(result(None, **FULL))
    assert found.per_mm3 is None
    assert found.missing == ("There is no SNR to normalise.",)


ANY = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.lists(st.floats(), max_size=3)


@given(st.dictionaries(st.sampled_from([*FULL, "AcquisitionVoxelSize", "PartialFourier"]), ANY, max_size=4))
def test_no_header_can_raise(fields):
    found = normalised(result(**{**FULL, **fields}))
    assert isinstance(found, Normalised)
    assert all(value is None or value >= 0 for value in (found.voxel_mm3, found.scan_s, found.sampling_s))


def scan_of(*, voxel, lines, bandwidth, averages, seed=0):
    """Simulate physics: signal in proportion to the voxel, noise to the root of bandwidth over averages.

    With an orthonormal transform sigma of the image is that of one sample; amplitudes grow with the root of the
    samples that were summed.
    """
    rng = np.random.default_rng(seed)
    shape = (96, lines, 6)
    samples = shape[0] * lines
    sigma = np.sqrt(bandwidth * 96 / averages)
    body = outline(shape, 0.5)
    signal = 3.0 * voxel**2 * 4 * np.sqrt(samples) * body
    voxels = np.abs(signal + sigma * complex_noise(rng, shape, kspace_window(shape)))
    fields = {
        "MRAcquisitionType": "2D",
        "SliceThickness": 4,
        "AcquisitionMatrixPE": lines,
        "ReconMatrixPE": lines,
        "PixelBandwidth": bandwidth,
        "NumberOfAverages": averages,
    }
    return Image(voxels, np.diag([voxel, voxel, 4, 1.0]), {"sidecar": fields}), body


def test_scans_of_one_object_with_other_settings_have_one_normalised_snr():
    """Whose SNRs differ by a factor of five; the bandwidth of a pixel is that of the receiver over 96 samples."""
    settings = [
        {"voxel": 1.0, "lines": 96, "bandwidth": 100, "averages": 1},
        {"voxel": 1.5, "lines": 96, "bandwidth": 100, "averages": 4},
        {"voxel": 1.0, "lines": 144, "bandwidth": 100, "averages": 1},
        {"voxel": 1.0, "lines": 96, "bandwidth": 50, "averages": 1},
    ]
    plain, found = [], []
    for seed, setting in enumerate(settings):
        image, body = scan_of(**setting, seed=seed)
        measured = measure(image, labels={"body": body})
        plain.append(measured.value)
        found.append(normalised(measured).per_mm3_per_sqrt_sampling_s)
    assert max(plain) / min(plain) > 4
    assert found == pytest.approx([found[0]] * 4, rel=0.02)
    assert found[0] == pytest.approx(3.0, rel=0.02)


def test_of_repeats_it_is_that_of_one():
    image, body = scan_of(voxel=1.0, lines=96, bandwidth=100, averages=1)
    again, _ = scan_of(voxel=1.0, lines=96, bandwidth=100, averages=1, seed=1)
    one, both = measure(image, labels={"body": body}), measure(image, repeat=again, labels={"body": body})
    assert normalised(both).per_mm3 == pytest.approx(normalised(one).per_mm3, rel=0.02)
