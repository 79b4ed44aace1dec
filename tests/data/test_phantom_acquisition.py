"""Zero-filling, ghost, cut air and series do to the phantom what was asked."""

import numpy as np
import pytest

from mrsnr import temporal
from mrsnr.data import phantom

SMALL = (96, 96, 7)
NOISE_ONLY = {"sigma": 1.0, "scale": 1e-6}


def label(labels, *names):
    numbers = [number for number, name in labels.meta["names"].items() if name in names]
    return np.isin(labels.data, numbers)


def lagged(power, axis, lag):
    """Correlation of the squared magnitude with itself, ``lag`` voxels on (the image is periodic)."""
    centred = power - power.mean()
    return np.mean(centred * np.roll(centred, lag, axis=axis)) / np.mean(centred**2)


@pytest.mark.parametrize("channels", [1, 4])
def test_zero_filled_noise_is_correlated_as_in_theory_and_keeps_sigma(channels):
    image, _, truth = phantom((192, 192, 13), zero_fill=2, channels=channels, **NOISE_ONLY)
    power = np.asarray(image.data, dtype=np.float64) ** 2
    independent = power.size / 4
    assert np.mean(power) == pytest.approx(2 * channels, rel=4 / np.sqrt(channels * independent))
    for axis in (0, 1):
        # Twice zero-filled: sinc(1/2)^2 = 0.405 one voxel on, 0 two voxels on.
        assert lagged(power, axis, 1) == pytest.approx(0.405, abs=0.01)
        assert lagged(power, axis, 2) == pytest.approx(0, abs=0.01)
        rho = truth.autocorrelation[axis]
        assert rho[:3] == pytest.approx([1, 2 / np.pi, 0], abs=1e-3)
    assert abs(lagged(power, 2, 1)) < 0.01


@pytest.mark.parametrize("zero_fill", [1, 4 / 3, 1.5, 3])
def test_autocorrelation_is_that_of_the_air(zero_fill):
    image, _, truth = phantom((192, 192, 13), zero_fill=zero_fill, **NOISE_ONLY)
    power = np.asarray(image.data, dtype=np.float64) ** 2
    for lag in range(1, 5):
        for axis in (0, 1):
            expected = truth.autocorrelation[axis][lag] ** 2
            assert lagged(power, axis, lag) == pytest.approx(expected, abs=0.015)


def test_four_thirds_zero_filling_gives_the_published_lag():
    rho = phantom(SMALL, zero_fill=4 / 3).truth.autocorrelation[0]
    assert rho[1] ** 2 == pytest.approx(0.09, abs=0.001)


@pytest.mark.parametrize("channels", [1, 3])
def test_zero_filled_image_has_no_detail_beyond_the_acquired_k_space(channels):
    truth = phantom(SMALL, zero_fill=4, channels=channels).truth
    spectrum = np.abs(np.fft.fft2(truth.signal**2, axes=(0, 1)))
    frequency = np.abs(np.fft.fftfreq(96) * 96)
    beyond = frequency >= 24  # a square has twice the bandwidth: 2 x 12 lines on either side
    assert spectrum[beyond].max() < 1e-9 * spectrum.max()
    assert spectrum[~beyond][:, ~beyond].max() == spectrum.max()


def test_zero_filling_keeps_the_brightness_of_large_organs():
    labels = phantom(SMALL).labels
    sharp, blurred = (phantom(SMALL, zero_fill=z).truth.signal for z in (1, 2))
    liver = label(labels, "liver")
    assert blurred[liver].mean() == pytest.approx(sharp[liver].mean(), rel=0.01)


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("channels", [1, 4])
def test_ghost_lies_half_a_field_away_with_the_asked_fraction(axis, channels):
    # A field of view three times the usual one, so that the ghost of the body is beside it.
    wide = {"shape": (128, 96, 3), "voxel_size": (8, 12, 26), "sigma": 0, "channels": channels}
    plain = phantom(**wide).truth.signal
    image = phantom(**wide, ghost=0.15, phase_axis=axis).image
    ghost_of = np.roll(plain, plain.shape[axis] // 2, axis=axis)
    data = np.asarray(image.data, dtype=np.float64)
    ghost_only, object_only = (plain == 0) & (ghost_of > 0), (plain > 0) & (ghost_of == 0)
    if axis == 0:
        assert ghost_only.any()
        assert object_only.any()
    np.testing.assert_allclose(data[ghost_only] / ghost_of[ghost_only], 0.15 / np.hypot(1, 0.15), rtol=1e-4)
    np.testing.assert_allclose(data[object_only] / plain[object_only], 1 / np.hypot(1, 0.15), rtol=1e-4)
    assert np.sum(data**2) == pytest.approx(np.sum(plain**2), rel=1e-4)


def test_zeroed_air_is_exactly_zero_and_nothing_else_changes():
    whole, zeroed = (phantom(SMALL, air=a) for a in ("noise", "zero"))
    air = whole.truth.air
    assert 0.1 < air.mean() < 0.5
    assert not zeroed.image.data[air].any()
    assert not zeroed.truth.signal[air].any()
    np.testing.assert_array_equal(zeroed.image.data[~air], whole.image.data[~air])
    np.testing.assert_array_equal(np.isnan(zeroed.truth.sigma_map), air)
    assert zeroed.truth.sigma == whole.truth.sigma
    assert zeroed.truth.snr == whole.truth.snr


def test_smooth_air_falls_off_from_the_body():
    from scipy.ndimage import distance_transform_edt  # noqa: PLC0415

    whole, cut = (phantom(SMALL, air=a) for a in ("noise", "smooth"))
    air = whole.truth.air
    np.testing.assert_array_equal(cut.image.data[~air], whole.image.data[~air])
    ratio = np.asarray(cut.image.data, dtype=np.float64)[air] / whole.image.data[air]
    away = distance_transform_edt(air, sampling=(*whole.image.voxel_size[:2], 1e5))[air]
    assert (np.diff(ratio[np.argsort(away)]) <= 1e-6).all()
    assert ratio[away < 5].min() > 0.9
    assert ratio[away > 40].max() < 0.01
    assert np.isnan(cut.truth.sigma_map[air]).all()


def test_drift_is_linear_over_the_series_and_leaves_the_mean():
    image, _, truth = phantom((64, 64, 5), sigma=0, volumes=11, drift=-0.1)
    body = ~truth.air
    relative = np.asarray(image.data, dtype=np.float64)[body] / truth.signal[body][:, None]
    np.testing.assert_allclose(relative, np.tile(np.linspace(1.05, 0.95, 11), (body.sum(), 1)), rtol=1e-5)
    np.testing.assert_allclose(truth.courses["drift"], np.linspace(0.05, -0.05, 11))


def test_fluctuation_has_the_asked_size_in_kidneys_and_vessels_and_none_elsewhere():
    image, labels, truth = phantom((96, 96, 7), sigma=0, volumes=30, fluctuation=0.03)
    data = np.asarray(image.data, dtype=np.float64)
    relative = data.std(axis=-1) * np.sqrt(30 / 27) / np.where(truth.air, np.inf, truth.signal)
    kidneys = label(labels, "left cortex", "right cortex", "left medulla", "right medulla")
    vessels = label(labels, "aorta", "vena cava")
    np.testing.assert_allclose(relative[kidneys | vessels], 0.03, rtol=1e-3)
    np.testing.assert_allclose(relative[label(labels, "liver", "spleen", "spine", "muscle", "fat")], 0, atol=1e-6)
    breath, pulse = (data[mask].mean(axis=0) for mask in (kidneys, vessels))
    assert abs(np.corrcoef(breath, pulse)[0, 1]) < 0.9
    np.testing.assert_allclose(data.mean(axis=-1), truth.signal, rtol=1e-5, atol=1e-6)


def test_fluctuation_survives_detrending():
    truth = phantom((64, 64, 5), volumes=24, fluctuation=0.05).truth
    time = np.arange(24.0)
    for name in ("breath", "pulse"):
        course = truth.courses[name]
        assert np.sqrt(np.sum(course**2) / (24 - 3)) == pytest.approx(0.05)
        np.testing.assert_allclose(np.polyfit(time, course, 2), 0, atol=1e-12)


@pytest.mark.parametrize("options", [{}, {"channels": 2, "zero_fill": 1.5, "ghost": 0.05}])
def test_temporal_snr_of_a_series_is_the_true_one(options):
    volumes = 80
    image, labels, truth = phantom(
        (64, 64, 5), snr=60, volumes=volumes, drift=0.08, fluctuation=0.03, seed=6, **options
    )
    assert np.isnan(truth.tsnr[truth.air]).all()
    time = np.linspace(-1, 1, volumes)
    for names in (("left cortex", "right cortex"), ("aorta", "vena cava"), ("liver",)):
        mask = label(labels, *names)
        series = np.asarray(image.data, dtype=np.float64)[mask]
        coefficients = np.polynomial.polynomial.polyfit(time, series.T, 2)
        residual = series - np.polynomial.polynomial.polyval(time, coefficients)
        spread = np.sqrt(np.sum(residual**2, axis=1) / (volumes - 3))
        seen = np.median(series.mean(axis=1) / spread)
        # Median of some ten voxels or more, each known to 1/sqrt(2 x 77) = 8 %.
        assert seen == pytest.approx(np.median(truth.tsnr[mask]), rel=0.06), names


def test_without_fluctuation_temporal_snr_is_snr():
    truth = phantom((64, 64, 5), volumes=4, drift=0.2).truth
    body = ~truth.air
    np.testing.assert_allclose(truth.tsnr[body], truth.snr_map[body])
    assert phantom((64, 64, 5)).truth.tsnr is None


@pytest.mark.parametrize("volumes", [5, 12, 30])
def test_true_temporal_snr_without_noise_is_what_temporal_measures(volumes):
    image, labels, truth = phantom((64, 64, 5), sigma=0, volumes=volumes, fluctuation=0.05, drift=0.02)
    kidneys = label(labels, "left cortex", "right cortex")
    measured = temporal(image, order=2).map[kidneys]
    np.testing.assert_allclose(truth.tsnr[kidneys], 20, rtol=1e-6)
    np.testing.assert_allclose(measured, truth.tsnr[kidneys], rtol=1e-3)  # the image is single precision


def test_kidney_follows_kruger_and_glover():
    _, labels, truth = phantom(SMALL, snr=100, volumes=5, fluctuation=0.01, bias_field=0)
    kidney = label(labels, "left cortex")
    np.testing.assert_allclose(truth.tsnr[kidney], 70.71, rtol=1e-4)  # 100 / sqrt(1 + 0.01^2 100^2)


@pytest.mark.parametrize("volumes", [2, 3, 4])
def test_short_series_fluctuate_as_asked(volumes):
    courses = phantom((64, 64, 5), volumes=volumes, fluctuation=0.1).truth.courses
    for name in ("breath", "pulse"):
        assert np.sqrt(np.sum(courses[name] ** 2) / max(volumes - 3, 1)) == pytest.approx(0.1)
        assert courses[name].mean() == pytest.approx(0, abs=1e-12)
