"""What headers say, and what they cannot make the reader say."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mrsnr import Image
from mrsnr.header import (
    ParallelImaging,
    intensity_normalised,
    number,
    parallel_imaging,
    phase_encoding_axis,
    processed_by,
)

SIEMENS = ["ORIGINAL", "PRIMARY", "M", "ND"]


def scan(**fields):
    return Image(np.ones((4, 4, 4)), np.eye(4), {"sidecar": fields})


@pytest.mark.parametrize(
    ("fields", "axis"),
    [
        ({"PhaseEncodingDirection": "i"}, 0),
        ({"PhaseEncodingDirection": "j-"}, 1),
        ({"PhaseEncodingDirection": "k+"}, 2),
        ({"PhaseEncodingDirection": " J "}, 1),
        ({"PhaseEncodingAxis": "i"}, 0),
        ({"PhaseEncodingDirection": "j-", "PhaseEncodingAxis": "j"}, 1),
        ({"PhaseEncodingDirection": "i", "PhaseEncodingAxis": "j"}, None),
        ({"PhaseEncodingDirection": "AP", "PhaseEncodingAxis": "j"}, 1),
        ({"PhaseEncodingDirection": "--"}, None),
        ({"PhaseEncodingDirection": "ij"}, None),
        ({}, None),
    ],
)
def test_the_axis_of_phase_encoding(fields, axis):
    assert phase_encoding_axis(scan(**fields)) == axis


@pytest.mark.parametrize(
    ("fields", "normalised"),
    [
        ({"ImageType": [*SIEMENS, "NORM"]}, True),
        ({"ImageType": SIEMENS, "ImageTypeText": ["M", "norm", "DIS2D"]}, True),
        ({"ImageType": "ORIGINAL\\PRIMARY\\M\\NORM"}, True),
        ({"ImageType": SIEMENS}, False),
        ({"ImageType": [*SIEMENS, "NORMAL", "ABNORM"]}, False),
        ({}, False),
    ],
)
def test_siemens_says_that_it_normalised(fields, normalised):
    assert intensity_normalised(scan(**fields)) is normalised


@pytest.mark.parametrize(
    ("fields", "done"),
    [
        ({"ImageType": SIEMENS}, ()),
        ({"ImageType": [*SIEMENS, "NORM"]}, ()),
        ({"ImageType": ["ORIGINAL", "PRIMARY", "M", "DIS2D"]}, ("interpolated against distortion",)),
        ({"ImageType": ["M", "DIS3D"], "NonlinearGradientCorrection": True}, ("interpolated against distortion",)),
        ({"NonlinearGradientCorrection": False}, ()),
        ({"ScanOptions": "EDR_GEMS\\FILTERED_GEMS\\PFF"}, ("filtered",)),
        ({"ImageType": ["DERIVED", "SECONDARY", "M", "FILTERED"]}, ("filtered", "calculated from other images")),
        ({"ImageType": ["ORIGINAL", "SECONDARY"]}, ()),
        ({"DeepLearning": True}, ("denoised by deep learning",)),
        ({"DeepLearning": "no"}, ()),
        ({"CompressedSensingFactor": 1}, ()),
        ({"CompressedSensingFactor": 4}, ("reconstructed by compressed sensing",)),
    ],
)
def test_what_was_done_to_the_image(fields, done):
    assert processed_by(scan(**fields)) == done


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({}, None),
        ({"ParallelReductionFactorInPlane": 1}, None),
        ({"ParallelReductionFactorInPlane": 1, "MatrixCoilMode": "SENSE"}, None),
        ({"ParallelReductionFactorInPlane": 0.5}, None),
        ({"ParallelReductionFactorInPlane": 2}, ParallelImaging("parallel imaging", 2)),
        ({"ParallelReductionFactorInPlane": 2, "MatrixCoilMode": "GRAPPA"}, ParallelImaging("GRAPPA", 2)),
        (
            {"ParallelReductionFactorInPlane": 1.5, "ParallelAcquisitionTechnique": "mSENSE"},
            ParallelImaging("SENSE", 1.5),
        ),
        (
            {"ParallelReductionFactorInPlane": 2, "ParallelReductionFactorOutOfPlane": 3, "MatrixCoilMode": "GRAPPA"},
            ParallelImaging("GRAPPA", 6),
        ),
        ({"MultibandAccelerationFactor": 4}, ParallelImaging("parallel imaging", 4)),
        ({"ParallelAcquisitionTechnique": "SENSE"}, ParallelImaging("SENSE", None)),
        ({"ParallelReductionFactorInPlane": "2", "MatrixCoilMode": "None"}, None),
        ({"MatrixCoilMode": "Miller^Anna"}, None),
    ],
)
def test_parallel_imaging(fields, found):
    assert parallel_imaging(scan(**fields)) == found


@pytest.mark.parametrize(
    "value", [None, True, "2", [2], {}, 0, -1, float("nan"), float("inf"), -float("inf"), 10**400, 1e300]
)
def test_what_is_no_positive_number_is_none(value):
    assert number(scan(PixelBandwidth=value), "PixelBandwidth") is None


@pytest.mark.parametrize("sidecar", [None, [], "ImageType", 3, {1: 2}])
def test_a_header_that_is_none_says_nothing(sidecar):
    image = Image(np.ones((4, 4)), np.eye(4), {} if sidecar is None else {"sidecar": sidecar})
    assert phase_encoding_axis(image) is None
    assert not intensity_normalised(image)
    assert processed_by(image) == ()
    assert parallel_imaging(image) is None


WORDS = st.sampled_from(["NORM", "j-", "SENSE", "\\", "", "2", "\ud800"])
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | WORDS
ANYTHING = (
    SCALARS | st.lists(SCALARS | st.lists(WORDS, max_size=2), max_size=3) | st.dictionaries(WORDS, SCALARS, max_size=2)
)
NAMES = [
    "ImageType", "ImageTypeText", "ScanOptions", "PhaseEncodingDirection", "PhaseEncodingAxis", "DeepLearning",
    "NonlinearGradientCorrection", "CompressedSensingFactor", "ParallelReductionFactorInPlane", "MatrixCoilMode",
    "ParallelReductionFactorOutOfPlane", "MultibandAccelerationFactor", "ParallelAcquisitionTechnique",
]  # fmt: skip


@given(st.dictionaries(st.sampled_from(NAMES), ANYTHING, max_size=4))
def test_no_header_can_raise(fields):
    image = scan(**fields)
    assert phase_encoding_axis(image) in {None, 0, 1, 2}
    assert isinstance(intensity_normalised(image), bool)
    assert all(isinstance(word, str) for word in processed_by(image))
    found = parallel_imaging(image)
    assert found is None or found.factor is None or 1 < found.factor < 1e27
