"""Were the brightest voxels cut? A verdict and its sentence say the same."""

import numpy as np
import pytest

from mrsnr.checks import clipping

VOXELS = 100_000


def cut(count):
    """Voxels of which so many were cut to one value."""
    voxels = np.random.default_rng(0).normal(100, 10, VOXELS)
    return np.minimum(voxels, np.sort(voxels)[-count])


def test_an_image_that_was_not_cut_passes():
    check = clipping(cut(1))
    assert check.verdict == "pass"
    assert check.sentence == "The brightest voxels were not cut."


@pytest.mark.parametrize(("count", "verdict"), [(15, "pass"), (100, "warn"), (5000, "fail")])
def test_the_share_that_was_cut_is_judged(count, verdict):
    check = clipping(cut(count))
    assert check.verdict == verdict
    assert check.value == pytest.approx(count / VOXELS)
    assert check.sentence.startswith(f"{count} voxels share the largest value")
    assert ("reads low" in check.sentence) == (verdict != "pass")
    assert ("too few" in check.sentence) == (verdict == "pass")


def test_what_passes_moves_no_mean_noticeably():
    """As much as passes, of a Gaussian tissue, lowers its mean by less than a hundredth of an SD."""
    voxels = np.random.default_rng(0).normal(100, 10, VOXELS)
    assert voxels.mean() - cut(20).mean() < 0.01 * 10
