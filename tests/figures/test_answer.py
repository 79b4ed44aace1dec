"""The figure that tells the answer, and the courses of a phantom's series."""

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.colors import to_hex

import mrsnr
from mrsnr import Image
from mrsnr.errors import ArgumentError
from mrsnr.figures import dvars, label_maps, summary, time_course
from mrsnr.model import Check, CheckVerdict, Regions


def words_of(figure):
    """Return everything that is written on a figure."""
    texts = [*figure.texts, *(text for axes in figure.axes for text in axes.texts)]
    keys = [text for axes in figure.axes if axes.get_legend() for text in axes.get_legend().get_texts()]
    written = [text.get_text() for text in (figure._suptitle, *texts, *keys)]
    return " ".join(" ".join([*written, *(axes.get_title() for axes in figure.axes)]).split())


def test_the_value_its_interval_and_the_verdict_are_in_the_title(of_air):
    told = summary(of_air)._suptitle.get_text()
    for part in ("kidney.nii.gz", "SNR 50.00", "49.00 to 51.00", "trusted"):
        assert part in told
    assert "Every check passed" in words_of(summary(of_air))


def test_a_picture_and_the_page_write_the_same_number(of_air):
    told = replace(of_air, value=26.7, interval=(9.9996, 1234.56))
    for words in (summary(told)._suptitle.get_text(), told._repr_html_()):
        assert "26.70" in words
        assert "10.00 to 1235" in words


def test_the_verdict_has_a_sign_a_word_and_a_colour(of_air, result, refused):
    told = {}
    for one in (of_air, result, refused):
        (badge,) = [text for text in summary(one).texts if text.get_bbox_patch() is not None]
        told[badge.get_text()] = to_hex(badge.get_bbox_patch().get_facecolor())
    assert set(told) == {"✓ trusted", "! caution", "✕ refused"}
    assert len(set(told.values())) == 3


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


def test_labels_are_outlined_and_named_with_their_snr(of_air):
    figure = summary(of_air)
    assert "liver: SNR 50.00 (49.00 to 51.00)" in words_of(figure)
    assert "spleen" in words_of(figure)
    assert len(figure.axes[0].lines) == 2
    for line, mask in zip(figure.axes[0].lines, of_air.regions.labels.values(), strict=True):
        down, right = np.diff(mask[..., 2].astype(int), axis=0), np.diff(mask[..., 2].astype(int), axis=1)
        edges = np.count_nonzero(down) + np.count_nonzero(right)
        assert np.isnan(line.get_xdata()).sum() == edges


def test_the_slice_is_that_with_most_of_the_labels(of_air):
    label = np.zeros(of_air.image.shape, dtype=bool)
    label[5:9, 20:30, 3:] = True
    label[5:20, 20:30, 4] = True
    only = replace(of_air, regions=Regions(labels={1: label}), table=of_air.table[:1])
    assert "slice 4 of 0-4" in words_of(summary(only))
    assert "slice 2 of 0-4" in words_of(summary(of_air))  # all slices have as many: the middle


def test_many_labels_are_told_but_not_drawn(of_air):
    masks = {n: np.roll(of_air.regions.labels[1], n, axis=0) for n in range(1, 10)}
    figure = summary(replace(of_air, regions=Regions(labels=masks), table=()))
    assert len(figure.axes[0].lines) == 6
    assert "and 3 more labels, not drawn" in words_of(figure)


def test_the_chart_is_the_histogram_with_the_noise_that_is_expected(of_air):
    assert "Rayleigh noise of sigma 20" in words_of(summary(of_air))


def test_nothing_is_cut_off(of_air, result, refused, series, drifting):
    for one in (of_air, result, refused, series, drifting):
        figure = summary(one)
        figure.canvas.draw()
        tight, size = figure.get_tightbbox(), figure.get_size_inches()
        assert tight.x0 >= 0, one
        assert tight.y0 >= 0, one
        assert tight.x1 <= size[0], one
        assert tight.y1 <= size[1], one


def test_too_many_reasons_are_counted(of_air):
    check = Check("zeros", 0.9, 0.05, CheckVerdict.WARN, "Something is odd.")
    told = words_of(summary(replace(of_air, reasons=(check,) * 12)))
    assert told.count("warn: Something is odd.") == 7
    assert "and 5 more" in told


def test_hostile_names_are_letters(of_air, tmp_path):
    name = r"$\frac$ _x <script>"
    table = tuple(replace(row, name=name) for row in of_air.table)
    source = replace(of_air.image, meta={"source": f"{name}.nii"})
    for draw in (summary, label_maps):
        draw(replace(of_air, table=table, image=source)).savefig(tmp_path / "drawn.png")


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
    for drawn in (time_course(result), dvars(result)):
        (left_out,) = drawn.axes[0].patches
        box = left_out.get_extents().transformed(drawn.axes[0].transData.inverted())
        np.testing.assert_allclose((box.x0, box.x1), (-0.5, 3.5), atol=1e-9)
        assert "left out: volumes 0-3" in [text.get_text() for text in drawn.legends[0].get_texts()]


def test_nothing_is_marked_where_nothing_was_left_out(drifting):
    assert len(time_course(drifting).axes[0].patches) == len(dvars(drifting).axes[0].patches) == 0


def test_the_answer_of_a_phantom_has_its_course(drifting):
    figure = summary(drifting)
    assert f"drift {drifting.fbirn.drift:.3f}"[:9] in words_of(figure)
    line = figure.axes[-1].lines[0]
    np.testing.assert_array_equal(line.get_ydata(), time_course(drifting).axes[0].lines[0].get_ydata())


def test_without_the_figures_there_is_no_course(series):
    for draw in (time_course, dvars):
        with pytest.raises(ArgumentError, match="expected one of mrsnr"):
            draw(series)
