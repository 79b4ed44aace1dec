"""The figure that tells the answer, and the courses of a phantom's series."""

import numpy as np
import pytest

import mrsnr
from mrsnr import Image
from mrsnr.errors import ArgumentError
from mrsnr.figures import dvars, summary, time_course


def words_of(figure):
    """Return everything that is written on a figure."""
    texts = [figure._suptitle.get_text(), *(text.get_text() for axes in figure.axes for text in axes.texts)]
    return " ".join(" ".join([*texts, *(axes.get_title() for axes in figure.axes)]).split())


def test_the_value_its_interval_and_the_verdict_are_in_the_title(of_air):
    told = summary(of_air)._suptitle.get_text()
    for part in ("kidney.nii.gz", "SNR 50", "49 to 51", "trusted"):
        assert part in told
    assert "Every check passed" in words_of(summary(of_air))


def test_the_map_is_that_of_the_slice(of_air):
    figure = of_air.plot(slice=2)
    shown = next(axes.images[0].get_array() for axes in figure.axes if axes.get_title() == "SNR")
    values = np.sort(np.ma.compressed(shown))
    np.testing.assert_allclose(values, np.sort(of_air.map[..., 2].ravel()))


def test_the_noise_mask_lies_over_the_image(of_air):
    image, mask = summary(of_air, slice=1).axes[0].images
    inside = ~np.ma.getmaskarray(mask.get_array())
    assert inside.sum() == of_air.noise.region[..., 1].sum()
    assert image.get_array().shape == inside.shape


def test_a_refused_one_says_why(refused):
    told = words_of(summary(refused))
    assert "refused" in told
    assert "Nine tenths of the voxels are 0." in told


def test_there_is_no_such_slice(of_air):
    with pytest.raises(ArgumentError, match="no slice 5"):
        of_air.plot(slice=5)


def test_a_series_shows_its_mean_and_map(series):
    told = words_of(series.plot())
    assert "tSNR: median 40" in told
    assert "temporal SNR" in told


@pytest.fixture(scope="module")
def drifting():
    """A phantom that loses 4 % in 30 volumes, with a jump of 2 % at volume 20."""
    rng = np.random.default_rng(3)
    x, y = np.indices((48, 48)) - 23.5
    course = 1000 * (1.02 - 0.04 * np.arange(30) / 29)
    course[20] *= 1.02
    data = (x**2 + y**2 < 20**2)[..., None, None] * course + rng.normal(0, 4, (48, 48, 1, 30))
    return mrsnr.temporal(Image(np.abs(data), np.eye(4)), fbirn=True, drop=0)


def test_the_course_is_in_per_cent_of_the_mean(drifting):
    measured, fit, *_ = time_course(drifting).axes[0].lines
    np.testing.assert_array_equal(measured.get_xdata(), np.arange(30))
    away = np.asarray(measured.get_ydata())
    assert away[0] - away[-1] == pytest.approx(4, abs=0.15)
    assert away[20] - (away[19] + away[21]) / 2 == pytest.approx(2, abs=0.15)
    assert np.ptp(np.asarray(fit.get_ydata())) == pytest.approx(drifting.fbirn.drift)


def test_dvars_marks_the_largest_change(drifting):
    measured, _, largest = dvars(drifting).axes[0].lines
    assert largest.get_xdata()[0] in {20, 21}
    assert np.asarray(measured.get_ydata()).max() == pytest.approx(np.hypot(2, 0.4 * np.sqrt(2)), rel=0.1)
    np.testing.assert_array_equal(measured.get_xdata(), np.arange(1, 30))


def test_volumes_keep_their_numbers_where_some_were_left_out():
    rng = np.random.default_rng(3)
    data = np.abs(rng.normal(0, 5, (30, 30, 1, 24)))
    data[5:25, 5:25] += 1000
    result = mrsnr.temporal(Image(data, np.eye(4)), fbirn=True, drop=4)
    assert time_course(result).axes[0].lines[0].get_xdata()[0] == 4
    assert dvars(result).axes[0].lines[0].get_xdata()[0] == 5


def test_without_the_figures_there_is_no_course(series):
    for draw in (time_course, dvars):
        with pytest.raises(ArgumentError, match="expected one of mrsnr"):
            draw(series)
