"""Noise of a known correlation in time, through trends: by matrices, and by simulation."""

import numpy as np
import pytest

from mrsnr.autoregression import lasting
from mrsnr.detrend import polynomials


@pytest.mark.parametrize("correlation", [-0.4, 0.0, 0.3, 0.7, 0.9])
@pytest.mark.parametrize(("volumes", "order"), [(10, 2), (30, 0), (200, 4)])
def test_it_inverts_what_matrices_say(volumes, order, correlation):
    basis = polynomials(volumes, order)
    q = np.eye(volumes) - basis @ basis.T
    r = correlation ** np.abs(np.subtract.outer(np.arange(volumes), np.arange(volumes)))
    residuals = q @ r @ q
    found = lasting(np.trace(residuals, offset=1) / np.trace(residuals), basis)
    assert found.correlation == pytest.approx(correlation, abs=1e-5)
    assert found.kept == pytest.approx(np.trace(residuals) / (volumes - order - 1), rel=1e-5)


def test_white_noise_loses_nothing():
    basis = polynomials(40, 2)
    q = np.eye(40) - basis @ basis.T
    assert lasting(np.trace(q, offset=1) / np.trace(q), basis) == pytest.approx((0, 1), abs=1e-6)


@pytest.mark.parametrize("ratio", [-1.0, 1.0])
def test_what_no_such_noise_has_gives_the_nearest(ratio):
    assert abs(lasting(ratio, polynomials(20, 2)).correlation) == pytest.approx(0.95, abs=1e-6)
