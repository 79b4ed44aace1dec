"""What the paragraph says of a series, against a series whose temporal SNR is known."""

import numpy as np
import pytest

import mrsnr
from mrsnr import Image
from mrsnr.wording import number
from written_about import NUMBER, found, is_a_paragraph, paragraph_of, series


def test_a_series_says_what_was_taken_out_of_it():
    result = series(order=1)
    text = paragraph_of(result)
    assert "The series had 40 volumes, each a magnitude image of 40 × 40 × 3 voxels of 3 × 3 × 4 mm." in text
    assert "The first 2 volumes were left out." in text
    assert "a polynomial of order 1 in time [3], with 36 degrees of freedom" in text
    assert found(rf"The tSNR was {NUMBER} \(95", text) == pytest.approx(100, rel=0.02)
    assert "the median over 2 700 voxels above Otsu's threshold" in text
    assert "no second method confirms a tSNR" in text
    assert is_a_paragraph(text)


def test_a_series_with_a_mask_has_no_threshold():
    mask = np.zeros((40, 40, 3), dtype=bool)
    mask[10:20, 10:20] = True
    text = paragraph_of(mrsnr.temporal(series().image, mask=mask, drop=3, order=0))
    assert "the median over 300 voxels of the mask" in text
    assert "Otsu" not in text
    assert "The first 3 volumes were left out." in text
    assert "that about the mean [3], with 36 degrees of freedom" in text


def test_robust_noise_and_pairs_are_said():
    robust = paragraph_of(series(robust=True))
    assert "1.048 times the median absolute change in 19 pairs of neighbours in time" in robust
    assert "polynomial" not in robust
    rng = np.random.default_rng(4)
    data = 1000 + rng.normal(0, 10, (20, 20, 2, 24))
    data[..., 1::2] -= 100
    pairs = paragraph_of(mrsnr.temporal(Image(data, np.eye(4)), pairs="control-label", drop=0, mask=data[..., 0] > 0))
    assert "differences control − label of successive volumes, control before label" in pairs
    assert found(rf"The tSNR was {NUMBER} \(95", pairs) == pytest.approx(100 / (10 * 2**0.5), rel=0.03)


def test_the_stability_figures_are_those_of_the_result():
    result = series(fbirn=True)
    text, figures = paragraph_of(result), result.fbirn
    assert "a square of 15 × 15 voxels" in text
    assert f"of slice 1, counted from 0, over {figures.volumes} volumes" in text
    for value in (figures.sfnr, figures.snr, figures.static_noise, figures.fluctuation, figures.drift, figures.radius):
        assert number(value) in text
    assert found(rf"signal-to-fluctuation-noise ratio was {NUMBER};", text) == pytest.approx(100, rel=0.03)
    assert "fBIRN" not in paragraph_of(series())
