"""The quiet part of air whose power is known place by place."""

import numpy as np
import pytest

from mrsnr.quiet import quiet_part
from simulated_scans import complex_noise, kspace_window

SHAPE = (96, 96, 6)
EVERYWHERE = np.ones(SHAPE, bool)
X, Y = (axis[..., None] for axis in np.mgrid[:96, :96])


def air(sigma=1.0, *, channels=1, seed=0):
    """Squared magnitudes of noise, whose mean is 2 n sigma^2."""
    return np.random.default_rng(seed).gamma(channels, 2.0, SHAPE) * np.broadcast_to(sigma, SHAPE) ** 2


@pytest.mark.parametrize("channels", [1, 8])
@pytest.mark.parametrize("seed", range(5))
def test_even_air_is_all_quiet(channels, seed):
    found = quiet_part(air(channels=channels, seed=seed), EVERYWHERE, error=channels**-0.5)
    assert found.fraction > 0.95
    assert found.uneven < 0.01
    assert found.uneven_whole < 0.01


@pytest.mark.parametrize("channels", [1, 8])
def test_leaving_places_out_does_not_lower_the_level(channels):
    """The mean over what is kept is that of all of it: no place was left out for its noise alone."""
    means = []
    for seed in range(40):
        power = air(channels=channels, seed=seed)
        means.append(power[quiet_part(power, EVERYWHERE, error=channels**-0.5).region].mean())
    error = 2 * channels**0.5 / np.sqrt(40 * EVERYWHERE.sum())
    assert np.mean(means) == pytest.approx(2 * channels, abs=5 * error)


@pytest.mark.parametrize("ghost", [1, 3])
@pytest.mark.parametrize("axis", [0, 1])
def test_a_ghost_over_a_third_of_the_air_is_left_out(ghost, axis):
    band = np.zeros(SHAPE, bool)
    band.swapaxes(0, axis)[32:64] = True
    power = air() + np.where(band, ghost**2, 0)
    found = quiet_part(power, EVERYWHERE, error=1.0)
    assert found.region[band].mean() < 0.1
    assert found.region[~band].mean() > 0.85
    assert power[found.region].mean() == pytest.approx(2, rel=0.02)
    assert found.uneven < 0.02
    assert found.fraction == pytest.approx(2 / 3, abs=0.1)


def test_a_ghost_within_the_scatter_of_a_place_moves_the_level_by_less_than_it_has_itself():
    """An eighth more power in a third of the air: 4 % of the whole power, 2 % of sigma."""
    power = air() + np.where(X < 32, 0.25, 0)
    found = quiet_part(power, EVERYWHERE, error=1.0)
    assert power[found.region].mean() == pytest.approx(2, rel=0.045)
    assert found.uneven_whole > 0.02


def test_a_ghost_over_most_of_the_air_is_left_out_too():
    power = air() + np.where(X < 72, 2.0, 0)
    found = quiet_part(power, EVERYWHERE, error=1.0)
    assert power[found.region].mean() == pytest.approx(2, rel=0.03)


def test_ringing_beside_an_object_is_left_out():
    distance = np.abs(Y - 48)
    region = np.broadcast_to(distance > 16, SHAPE)
    power = air() + np.where(distance < 28, 4.0, 0)
    found = quiet_part(power, region, error=1.0)
    assert power[found.region].mean() == pytest.approx(2, rel=0.02)
    assert not found.region[~region].any()
    assert found.uneven_whole > 0.1


@pytest.mark.parametrize("slope", [0.1, 0.2, 0.4])
def test_unevenness_is_the_sd_over_places_relative_to_the_quiet_level(slope):
    """Of sigma to first order: half of that of its square."""
    sigma = np.broadcast_to(1 + slope * (X - 47.5) / 47.5, SHAPE)
    found = quiet_part(air(sigma), EVERYWHERE, error=1.0)
    level = np.mean(sigma[found.region] ** 2)
    assert level < np.mean(sigma**2)
    assert found.uneven_whole == pytest.approx((sigma**2).std() / level / 2, rel=0.15)
    assert found.uneven_whole >= found.uneven


def test_powers_are_the_means_of_the_places():
    sigma = np.where(X < 48, 1.0, 2.0)
    region = np.broadcast_to(Y < 72, SHAPE)
    powers = quiet_part(air(sigma), region, error=1.0).powers
    assert powers.shape == (12, 12)
    assert np.isnan(powers[:, 9:]).all()
    np.testing.assert_allclose(powers[:6, :9], 2, rtol=0.25)
    np.testing.assert_allclose(powers[6:, :9], 8, rtol=0.25)


def test_correlated_noise_is_not_taken_for_uneven():
    window = kspace_window(SHAPE, filled=2.0, depth=0.46)
    power = np.abs(complex_noise(np.random.default_rng(0), SHAPE, window)) ** 2
    shared = np.mean(window**4) / np.mean(window**2) ** 2
    found = quiet_part(power, EVERYWHERE, error=np.sqrt(shared))
    assert found.fraction > 0.9
    assert found.uneven < 0.02


@pytest.mark.parametrize("shape", [SHAPE, (97, 90, 3), (50, 41, 2), (23, 30, 4)])
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_a_flipped_image_has_the_same_quiet_part(shape, axis):
    rng = np.random.default_rng(1)
    power = rng.gamma(1, 2.0, shape) + 3.0 * (np.arange(shape[0]) < shape[0] // 3)[:, None, None]
    region = np.ones(shape, bool)
    one = quiet_part(power, region, error=1.0)
    other = quiet_part(np.flip(power, axis), region, error=1.0)
    np.testing.assert_array_equal(np.flip(other.region, axis), one.region)
    assert other.uneven_whole == pytest.approx(one.uneven_whole, abs=1e-9)


@pytest.mark.parametrize("region", [np.zeros(SHAPE, bool), np.broadcast_to((X < 4) & (Y < 4), SHAPE)])
def test_what_is_too_small_to_be_divided_is_kept_whole(region):
    found = quiet_part(air(), region, error=1.0)
    np.testing.assert_array_equal(found.region, region)
    assert (found.fraction, found.uneven, found.uneven_whole) == (1, 0, 0)


@pytest.mark.parametrize("factor", [1e-6, 1e6])
def test_the_unit_does_not_matter(factor):
    power = air(1 + 0.2 * X / 96)
    one, other = (quiet_part(values, EVERYWHERE, error=1.0) for values in (power, factor * power))
    np.testing.assert_array_equal(one.region, other.region)
    assert other.uneven_whole == pytest.approx(one.uneven_whole, rel=1e-9)
