"""Real images: where two acquisitions tell the truth, each alone must agree with it or not be trusted."""

from functools import cache

import numpy as np
import pytest
from scipy.ndimage import binary_erosion, binary_fill_holes, label

from mrsnr import Image, Verdict, load, measure

PAIRS = {
    "GE": ("phantom-pair-ge/IM-0003-0001.dcm", "phantom-pair-ge/IM-0004-0001.dcm"),
    "Vida": ("phantom-pair-vida/HC_SNR_SAG_1.dcm", "phantom-pair-vida/HC_SNR_SAG_2.dcm"),
}
KIDNEYS = (
    "kidney-ge/00720__Magnitude_ims__B0_map_dual_echo_e1.nii.gz",
    "kidney-philips/01001__B0_map_expiration_volume_2DMS_product_auto_e1.nii.gz",
    "kidney-siemens/0039_bh_b0map_default_bh_b0map_default_e1.nii.gz",
)
T2W = ("kidney-t2w/test_sub_01.nii.gz", "kidney-t2w/test_sub_02.nii.gz")
PHASES = (
    "kidney-ge/00721__Phase_ims__B0_map_dual_echo_e1.nii.gz",
    "kidney-philips/01001__B0_map_expiration_volume_2DMS_product_auto_e1_ph.nii.gz",
    "kidney-siemens/0040_bh_b0map_default_bh_b0map_default_e1_ph.nii.gz",
)


@cache
def automatic(path):
    """The answer of auto, measured once."""
    return measure(load(path))


def dicom(path):
    """One slice of a DICOM file, shape (x, y, 1)."""
    pydicom = pytest.importorskip("pydicom")
    found = pydicom.dcmread(path)
    slope, intercept = float(found.get("RescaleSlope") or 1), float(found.get("RescaleIntercept") or 0)
    return Image(found.pixel_array.T[:, :, None] * slope + intercept, np.eye(4))


@pytest.fixture
def pair(shared_data):
    return lambda name: [dicom(shared_data(path)) for path in PAIRS[name]]


def middle_of(mean):
    """The phantom without its rim."""
    bright = mean > 0.5 * np.median(mean[mean > 0.1 * np.quantile(mean, 0.999)])
    parts, _ = label(bright[..., 0])
    largest = parts == 1 + np.argmax(np.bincount(parts.ravel())[1:])
    return binary_erosion(binary_fill_holes(largest), iterations=8)[..., None]


def sigma_of(first, second):
    """SD of the difference over the root of 2 in the phantom, with and without what changed slowly."""
    one, two = (np.asarray(image.data, dtype=float) for image in (first, second))
    inside = middle_of((one + two) / 2)
    x, y, _ = np.nonzero(inside)
    x, y = x / len(one), y / len(one)
    slow = np.stack([np.ones(x.size), x, y, x**2, x * y, y**2], axis=1)
    difference = (one - two)[inside]
    rest = difference - slow @ np.linalg.lstsq(slow, difference, rcond=None)[0]
    return difference.std() / np.sqrt(2), rest.std() / np.sqrt(2), inside


def level(result, where):
    """Sigma, or its root mean square in a region."""
    sigma = np.broadcast_to(result.noise.sigma, where.shape)[where]
    return float(np.sqrt(np.nanmean(sigma**2)))


@pytest.mark.parametrize("number", [0, 1])
@pytest.mark.parametrize("name", PAIRS)
def test_one_image_of_a_pair_agrees_with_their_difference_or_is_not_trusted(pair, name, number):
    images = pair(name)
    raw, steady, inside = sigma_of(*images)
    result = measure(images[number])
    if result.value is None:
        assert result.verdict == Verdict.REFUSED
        assert result.reasons
        return
    sigma = level(result, inside)
    nearest = np.clip(sigma, *sorted((raw, steady)))
    assert sigma == pytest.approx(nearest, rel=0.1) or result.verdict != "trusted"
    assert sigma == pytest.approx(nearest, rel=0.5)  # a doubted answer is still one


@pytest.mark.parametrize("name", PAIRS)
def test_a_pair_is_measured_by_its_difference(pair, name):
    first, second = pair(name)
    raw, steady, inside = sigma_of(first, second)
    result = measure(first, repeat=second)
    assert result.method == "difference"
    assert 0.9 * min(raw, steady) < level(result, inside) < 1.1 * max(raw, steady)


@pytest.mark.parametrize("path", [*KIDNEYS, *T2W], ids=lambda path: path.split("/")[-1][:24])
def test_kidneys_are_not_trusted_and_it_is_said_why(shared_data, path):
    """Their air is masked, cut or uneven, and nobody has measured the truth."""
    result = automatic(shared_data(path))
    assert result.verdict != "trusted"
    assert result.reasons
    assert result.value is None or 2 < result.value < 200
    assert result.method != "mixture"


def test_t2w_volumes_are_not_answered_from_their_masked_air(shared_data):
    for path in T2W:
        assert automatic(shared_data(path)).method in {"tissue", "none"}


def test_the_number_of_clusters_does_not_move_a_kidney(shared_data):
    """By the tutorial's method it reads 101, 144 and 250 with two, three and four."""
    image = load(shared_data(T2W[1]))
    middle = Image(np.asarray(image.data)[..., 7:10], image.affine, image.meta)
    assert len({measure(middle, clusters=clusters).value for clusters in (2, 4)}) == 1


@pytest.mark.parametrize("path", PHASES, ids=lambda path: path.split("/")[0])
def test_phase_images_are_refused(shared_data, path):
    result = measure(load(shared_data(path)))
    assert (result.value, result.verdict) == (None, "refused")
    assert "phase" in result.reasons[0].sentence


def test_the_real_part_of_a_kidney_has_half_a_channel(shared_data):
    result = measure(
        load(shared_data("kidney-philips/01001__B0_map_expiration_volume_2DMS_product_auto_e1_real.nii.gz"))
    )
    assert result.verdict != "trusted"
    assert result.noise is None or result.noise.channels == 0.5


def test_kidney_masks_have_a_row_each(shared_data):
    begin = "kidney-siemens/0039_bh_b0map_default_bh_b0map_default_e1"
    image = load(shared_data(f"{begin}.nii.gz"))
    masks = {side: load(shared_data(f"{begin}_roi-{side}.nii.gz")) for side in "LR"}
    result = measure(image, "tissue", labels=masks, channels=1)  # whatever auto says of it
    assert [row.name for row in result.table] == ["L", "R"]
    for row in result.table:
        inside = np.asarray(masks[row.name].data) != 0
        assert row.voxels == inside.sum()
        assert row.signal == pytest.approx(np.asarray(image.data)[inside].mean(), rel=0.05)
        assert row.low < row.snr < row.high


def test_a_brain_with_rayleigh_air_is_measured_in_it(shared_data):
    """Its corners have mean / SD 1.9 to 2.0: noise of one channel (README of the data)."""
    image = load(shared_data("brain-b0/S0_10slices.nii.gz"))
    result = measure(image)
    corner = np.asarray(image.data, dtype=float).squeeze()[:20, :20]
    assert result.method == "air"
    assert result.noise.channels == pytest.approx(1, abs=0.1)
    assert result.noise.sigma == pytest.approx(np.sqrt(np.mean(corner**2) / 2), rel=0.1)
