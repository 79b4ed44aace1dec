"""Quantiles of the gamma distribution against scipy's and closed forms."""

import math

import pytest
from scipy.special import gammaincinv

from mrsnr.gamma import gamma_quantile


@pytest.mark.parametrize("probability", [0.001, 0.025, 0.3, 0.5, 0.9, 0.975, 0.999])
@pytest.mark.parametrize("shape", [0.5, 0.7, 1, 1.5, 3, 10, 148.5, 2e3, 1e5, 1e6])
def test_it_is_scipys(shape, probability):
    assert gamma_quantile(shape, probability) == pytest.approx(gammaincinv(shape, probability), rel=1e-9)


@pytest.mark.parametrize("probability", [1e-6, 0.1, 0.5, 0.99])
def test_shape_1_is_the_exponential(probability):
    assert gamma_quantile(1, probability) == pytest.approx(-math.log1p(-probability), rel=1e-12)
