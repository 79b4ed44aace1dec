"""Methods side by side: where marks, intervals and the band are, and what is written."""

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.colors import to_hex

import mrsnr
from mrsnr.errors import ArgumentError
from mrsnr.figures import forest
from mrsnr.figures.forest import _ticks
from mrsnr.figures.marks import MARKS
from mrsnr.model import Verdict


@pytest.fixture
def of_method(of_air, refused):
    """Return a function that makes the answer of a method."""

    def make(asked, value=None, interval=None, verdict=Verdict.CAUTION, method=None):
        first = refused if value is None else of_air
        said = {"provenance": {"asked": asked}, "method": method or asked}
        if value is None:
            return replace(first, **said)
        return replace(first, value=value, interval=interval, verdict=verdict, **said)

    return make


@pytest.fixture
def several(of_method):
    """The answer 20 (16 to 25), a method that agrees, one without an interval, and one without a value."""
    return (
        of_method("auto", 20.0, (16.0, 25.0), Verdict.TRUSTED, method="air"),
        of_method("air", 20.0, (16.0, 25.0), Verdict.TRUSTED),
        of_method("mixture", 140.0, None),
        of_method("tissue"),
    )


def row_of(axes, row):
    """Return the lines in a row."""
    return [line for line in axes.lines if np.all(np.asarray(line.get_ydata()) == row) and line.get_color() != "0.3"]


def written(axes):
    return [text.get_text() for text in axes.texts]


def band_of(axes):
    (band,) = axes.patches
    return band.get_extents().transformed(axes.transData.inverted())


def test_the_band_is_the_interval_of_the_answer(several):
    axes = forest(several).axes[0]
    assert axes.get_xscale() == "log"
    box = band_of(axes)
    np.testing.assert_allclose((box.x0, box.x1), (16, 25))


def test_a_row_has_the_value_and_its_interval(several):
    interval, mark = row_of(forest(several).axes[0], 1)
    np.testing.assert_array_equal(interval.get_xdata(), (16, 25))
    np.testing.assert_array_equal(mark.get_xdata(), [20])


def test_the_answer_is_larger_than_the_others(several):
    axes = forest(several).axes[0]
    (wide, large), (narrow, small) = row_of(axes, 0), row_of(axes, 1)
    assert wide.get_linewidth() > narrow.get_linewidth()
    assert large.get_markersize() > small.get_markersize()
    assert axes.get_yticklabels()[0].get_fontweight() == "bold"
    assert [label.get_text() for label in axes.get_yticklabels()] == ["auto", "air", "mixture", "tissue"]


def test_a_verdict_has_a_shape_a_word_and_a_colour(several):
    axes = forest(several).axes[0]
    seen = [row_of(axes, row)[-1] for row in (1, 2)]
    assert [mark.get_marker() for mark in seen] == ["o", "^"]
    assert len({to_hex(mark.get_color()) for mark in seen}) == 2
    said = written(axes)
    assert said.count("✓ trusted") == 2
    assert said.count("! caution") == said.count("✕ refused") == 1
    assert len({mark.shape for mark in MARKS.values()}) == len(Verdict)


def test_what_is_missing_is_said(several):
    axes = forest(several).axes[0]
    assert row_of(axes, 3) == []
    said = " ".join(written(axes))
    assert "Nine tenths of the voxels are 0." in said
    assert "140.0 (no interval)" in said
    assert "20.00 (16.00 to 25.00)" in said


def test_the_title_has_the_answer_and_its_method(several):
    told = forest(several)._suptitle.get_text()
    for part in ("kidney.nii.gz", "SNR 20.00 (95 %: 16.00 to 25.00), trusted", "auto took air"):
        assert part in told


def test_what_is_far_away_is_an_arrow_at_the_end(of_method):
    answer = of_method("auto", 20.0, (16.0, 25.0), method="air")
    far, wide = of_method("mixture", 1e6, None), of_method("tissue", 30.0, (0.0, 1e9))
    axes = forest((answer, far, wide)).axes[0]
    low, high = axes.get_xlim()
    assert 20 / 300 < low < 20 < high < 20 * 300
    (mark,) = row_of(axes, 1)
    assert (mark.get_marker(), mark.get_xdata()[0]) == (">", high)
    interval, left, right, mark = row_of(axes, 2)
    np.testing.assert_array_equal(interval.get_xdata(), (low, high))
    assert (left.get_marker(), right.get_marker(), mark.get_xdata()[0]) == ("<", ">", 30)


def test_where_no_method_has_a_value(of_method, tmp_path):
    figure = forest((of_method("auto", method="none"), of_method("air")))
    figure.savefig(tmp_path / "drawn.png")
    axes = figure.axes[0]
    assert (axes.get_xlabel(), len(axes.patches), list(axes.get_xticks())) == ("no method has a value", 0, [])
    assert "SNR refused" in figure._suptitle.get_text()


@pytest.mark.parametrize(("low", "high"), [(3.5, 9.9), (19.1, 20.2), (55, 940), (0.01, 4000), (1.2, 1.4)])
def test_ticks_are_round_within_and_neither_few_nor_many(low, high):
    ticks = _ticks(low, high)
    assert 3 <= len(ticks) <= 8
    assert all(low <= tick <= high for tick in ticks)
    assert all(float(f"{tick:.3g}") == pytest.approx(tick) for tick in ticks)


def test_it_draws_what_compare_returns():
    image, labels, _ = mrsnr.data.phantom((96, 96, 7), snr=20)
    compared = mrsnr.compare(image, labels=labels)
    axes = forest(compared).axes[0]
    assert len(axes.get_yticks()) == len(compared)
    box = band_of(axes)
    np.testing.assert_allclose((box.x0, box.x1), compared[0].interval)


def test_without_a_result():
    with pytest.raises(ArgumentError, match=r"expected those of mrsnr\.compare"):
        forest(())
