"""The table of labels: the truth of a label is the amplitude that it was simulated with."""

import time

import numpy as np
import pytest

from mrsnr import Noise, Regions
from mrsnr.tables import below_detection, mean_of_tables, overall, signal_table

SHAPE = (64, 64, 4)
X, Y = np.mgrid[:64, :64]
DISK = np.broadcast_to(((X - 32) ** 2 + (Y - 32) ** 2 < 28**2)[..., None], SHAPE)


def magnitudes(amplitude, sigma=1.0, channels=1, seed=0):
    theta = np.asarray(amplitude) / sigma
    return sigma * np.sqrt(np.random.default_rng(seed).noncentral_chisquare(2 * channels, theta**2))


def noise_of(sigma, channels=1, relative=None, correlation=1.0):
    middle = np.sqrt(np.nanmean(np.square(sigma)))
    factor = None if relative is None else np.exp(1.96 * relative)
    return Noise(
        sigma=sigma,
        channels=channels,
        interval=None if factor is None else (middle / factor, middle * factor),
        region=np.zeros(SHAPE, bool),
        checks=(),
        method="given",
        parameters={},
        correlation=correlation,
    )


def only(voxels, region, noise):
    (row,) = signal_table(voxels, Regions(labels={1: region}), noise=noise)
    return row


@pytest.mark.parametrize("channels", [0.5, 1, 3.3, 8, 32])
@pytest.mark.parametrize("snr", [2, 3, 10, 100])
def test_a_label_has_the_amplitude_it_was_made_with(channels, snr):
    voxels = magnitudes(np.full(SHAPE, 20.0 * snr), 20.0, channels)
    row = only(voxels, DISK, noise_of(20.0, channels, relative=0.01))
    standard_error = np.log(row.high / row.low) / 3.92
    assert row.snr == pytest.approx(snr, rel=4 * standard_error)
    assert row.snr == pytest.approx(snr, rel=0.05 if snr < 3 else 0.015)
    assert (row.signal, row.sigma) == (pytest.approx(20 * row.snr), 20)
    assert row.low < row.snr < row.high


@pytest.mark.parametrize("channels", [1, 8])
def test_a_label_under_a_bias_field_has_its_mean_amplitude(channels):
    amplitude = np.broadcast_to((1.5 + 3 * Y / 63)[..., None], SHAPE)
    whole = np.ones(SHAPE, bool)
    rows = [only(magnitudes(amplitude, 1.0, channels, seed), whole, noise_of(1.0, channels)) for seed in range(20)]
    assert np.mean([row.snr for row in rows]) == pytest.approx(3, rel=0.003)


@pytest.mark.parametrize("channels", [1, 8])
@pytest.mark.parametrize("snr", [2, 3, 5, 20])
def test_snr_under_a_map_of_sigma_is_the_mean_of_the_local_snr(channels, snr):
    sigma = np.broadcast_to((5 + 4 * np.exp(-((X - 32) ** 2 + (Y - 32) ** 2) / 800))[..., None], SHAPE)
    amplitude = snr * sigma[DISK].mean() * np.broadcast_to((1 + 0.3 * (X - 32) / 32)[..., None], SHAPE)
    masked = np.where(DISK, sigma, np.nan)
    rows = [only(magnitudes(amplitude, sigma, channels, seed), DISK, noise_of(masked, channels)) for seed in range(8)]
    truth = (amplitude / sigma)[DISK].mean()
    assert np.mean([row.snr for row in rows]) == pytest.approx(truth, rel=0.01 if snr < 3 else 0.004)
    assert np.mean([row.signal for row in rows]) == pytest.approx(
        amplitude[DISK].mean(), rel=0.01 if snr < 3 else 0.004
    )
    assert rows[0].sigma == pytest.approx(np.sqrt(np.mean(sigma[DISK] ** 2)), rel=1e-9)


def test_voxels_outside_the_label_do_not_bleed_into_its_windows():
    voxels = magnitudes(np.where(DISK, 30.0, 3000.0))
    assert only(voxels, DISK, noise_of(np.ones(SHAPE))).snr == pytest.approx(30, rel=2e-3)


def test_a_constant_map_is_one_sigma():
    voxels = magnitudes(np.full(SHAPE, 40.0), 8.0)
    one, other = (only(voxels, DISK, noise_of(sigma, relative=0.02)) for sigma in (8.0, np.full(SHAPE, 8.0)))
    assert other.snr == pytest.approx(one.snr, rel=2e-3)
    assert (other.low, other.high) == (pytest.approx(one.low, rel=5e-3), pytest.approx(one.high, rel=5e-3))


@pytest.mark.parametrize("sigma", [1.0, np.ones(SHAPE)], ids=["one", "map"])
def test_a_label_with_a_darker_rim_has_its_mean_amplitude(sigma):
    """The rim counts as much as the middle, though a window sees less of it."""
    radius = np.hypot((X - 32) / 11, (Y - 32) / 7)[..., None]
    kidney, amplitude = np.broadcast_to(radius < 1, SHAPE), np.broadcast_to(30 * (1 - 0.4 * radius**4), SHAPE)
    row = only(magnitudes(np.where(kidney, amplitude, 0.0)), kidney, noise_of(sigma))
    assert row.snr == pytest.approx(amplitude[kidney].mean(), rel=0.006)


@pytest.mark.parametrize("sigma", [2.0, np.full(SHAPE, 2.0)], ids=["one", "map"])
def test_air_is_below_detection(sigma):
    row = only(magnitudes(np.zeros(SHAPE), 2.0, 8), DISK, noise_of(sigma, 8, relative=0.01))
    assert (row.signal, row.snr, row.low, row.high) == (None, None, None, None)
    assert row.sigma == pytest.approx(2)
    assert below_detection(row)


def test_a_signal_within_the_error_of_sigma_is_below_detection():
    """With 8 channels an error of 3 % in sigma is as much power as a signal of 1 sigma."""
    voxels = magnitudes(np.full(SHAPE, 1.0), 1.0, 8)
    assert below_detection(only(voxels, DISK, noise_of(1.0, 8, relative=0.03)))
    assert only(voxels, DISK, noise_of(1.0, 8, relative=0.001)).snr == pytest.approx(1, abs=0.3)


def test_rows_without_sigma_or_voxels_say_nothing():
    voxels = magnitudes(np.full(SHAPE, 9.0))
    undefined = noise_of(1.0)
    object.__setattr__(undefined, "sigma", None)
    row = only(voxels, DISK, undefined)
    assert (row.voxels, row.signal, row.sigma, row.snr) == (DISK.sum(), None, None, None)
    assert not below_detection(row)
    empty = only(np.full(SHAPE, np.nan), DISK, noise_of(1.0))
    assert (empty.voxels, empty.snr) == (0, None)
    assert not below_detection(empty)
    outside = only(voxels, DISK, noise_of(np.where(DISK, np.nan, 1.0)))
    assert (outside.snr, outside.sigma) == (None, None)


def test_a_slice_and_integers_will_do():
    voxels = np.round(magnitudes(np.full((64, 64), 500.0), 10.0)).astype(np.uint16)
    region = DISK[..., 0]
    for sigma in (10.0, np.full((64, 64), 10.0)):
        assert only(voxels, region, noise_of(sigma)).snr == pytest.approx(50, rel=5e-3)


def test_no_interval_of_sigma_no_interval_of_snr():
    row = only(magnitudes(np.full(SHAPE, 9.0)), DISK, noise_of(1.0))
    assert row.snr is not None
    assert (row.low, row.high) == (None, None)


@pytest.mark.parametrize(("channels", "snr"), [(1, 3), (8, 3), (1, 20), (8, 8)])
def test_interval_covers_in_95_percent(channels, snr):
    """Sigma is known to 1 %, and each time a little wrong."""
    rng, region, hits = np.random.default_rng(1), np.ones((20, 20, 1), bool), []
    for seed in range(300):
        wrong = np.exp(0.01 * rng.normal())
        voxels = magnitudes(np.full(region.shape, float(snr)), 1.0, channels, seed)
        row = only(voxels, region, noise_of(wrong, channels, relative=0.01))
        hits.append(row.low < snr < row.high)
    assert 0.90 < np.mean(hits) < 0.99


def test_correlated_noise_widens_the_interval():
    voxels = magnitudes(np.full(SHAPE, 9.0))
    rows = [only(voxels, DISK, noise_of(1.0, relative=1e-6, correlation=c)) for c in (1, 4)]
    widths = [np.log(row.high / row.low) for row in rows]
    assert widths[1] == pytest.approx(2 * widths[0], rel=0.05)


def test_overall_is_the_mean_by_voxels_of_what_was_detected():
    left, right, dark = X[..., None] < 16, (X[..., None] >= 16) & (X[..., None] < 40), X[..., None] >= 40
    amplitude = np.where(left, 20.0, np.where(right, 40.0, 0.0)) * np.ones(SHAPE)
    regions = Regions(labels={k: np.broadcast_to(m, SHAPE) for k, m in enumerate((left, right, dark), start=1)})
    noise = noise_of(1.0, relative=0.02)
    table = signal_table(magnitudes(amplitude), regions, noise=noise)
    value, interval = overall(table, noise=noise)
    assert below_detection(table[2])
    assert value == pytest.approx((16 * 20 + 24 * 40) / 40, rel=3e-3)
    half_width = np.log(interval[1] / interval[0]) / 2
    assert half_width == pytest.approx(1.96 * 0.02, rel=0.02)  # the error of sigma is common: it does not average out


def test_overall_of_nothing():
    assert overall((), noise=noise_of(1.0)) == (None, None)
    row = only(magnitudes(np.full(SHAPE, 9.0)), DISK, noise_of(1.0))
    assert overall((row,), noise=noise_of(1.0)) == (row.snr, None)


def test_the_table_of_repeats_is_their_mean():
    repeats = [magnitudes(np.full(SHAPE, 12.0), seed=seed) for seed in range(4)]
    noise = noise_of(1.0, relative=0.02)
    tables = [signal_table(voxels, Regions(labels={1: DISK}), noise=noise) for voxels in repeats]
    (row,) = mean_of_tables(tables)
    rows = [table[0] for table in tables]
    assert row.snr == pytest.approx(np.mean([one.snr for one in rows]), rel=1e-12)
    assert row.signal == pytest.approx(np.mean([one.signal for one in rows]), rel=1e-12)
    assert row.low / row.snr == pytest.approx(rows[0].low / rows[0].snr, rel=1e-9)
    assert row.high / row.snr == pytest.approx(rows[0].high / rows[0].snr, rel=1e-9)
    assert (row.label, row.name, row.voxels) == (1, "label 1", DISK.sum())


def test_the_table_of_one_repeat_is_its_own():
    table = signal_table(magnitudes(np.full(SHAPE, 12.0)), Regions(labels={1: DISK}), noise=noise_of(1.0))
    assert mean_of_tables([table]) == table
    assert mean_of_tables([(), ()]) == ()


@pytest.mark.parametrize("factor", [1e-3, 1e3])
def test_the_unit_does_not_matter(factor):
    voxels = magnitudes(np.full(SHAPE, 30.0), 4.0, 4)
    for sigma in (4.0, np.full(SHAPE, 4.0)):
        one = only(voxels, DISK, noise_of(sigma, 4, relative=0.01))
        other = only(factor * voxels, DISK, noise_of(factor * sigma, 4, relative=0.01))
        assert (other.snr, other.low, other.high) == pytest.approx((one.snr, one.low, one.high), rel=1e-9)
        assert other.signal == pytest.approx(factor * one.signal, rel=1e-9)


def test_tables_are_quick():
    shape = (256, 256, 17)
    voxels = magnitudes(np.full(shape, 30.0))
    labels = {k: np.broadcast_to((np.arange(256) // 64 == k)[:, None, None], shape) for k in range(4)}
    start = time.perf_counter()
    signal_table(voxels, Regions(labels=labels), noise=noise_of(1.0))
    assert time.perf_counter() - start < 1.5  # 0.1 s on an idle machine
