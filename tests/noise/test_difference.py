"""Two acquisitions whose noise is known, simulated and real."""

import numpy as np
import pytest

from mrsnr import Image, Regions, load
from mrsnr.errors import ImageError, RegionError
from mrsnr.noise.difference import difference
from mrsnr.noise.replicas import replicas
from repeated_scans import SHAPE, SIGMA, agrees, amplitudes, half_width, scanned, sigma_of, tissues, zero_filled


@pytest.mark.parametrize("channels", [1, 8])
@pytest.mark.parametrize("snr", [2, 5, 20, 100])
@pytest.mark.parametrize("labelled", [True, False])
def test_sigma_is_within_one_percent(channels, snr, labelled):
    faint = channels == 8 and snr == 2  # the floor hides nine tenths of the signal: more voxels are needed
    shape = (160, 160, 6) if faint else SHAPE
    regions = tissues(shape) if labelled else Regions()
    found = [difference(scanned(snr, channels=channels, seed=k, shape=shape), regions=regions) for k in range(2)]
    assert np.mean([one.sigma for one in found]) == pytest.approx(SIGMA, rel=0.01)
    assert all(half_width(one) < 0.03 for one in found)
    assert all(check.verdict == "pass" for one in found for check in one.checks)


def test_without_the_noise_floor_eight_channels_would_read_a_tenth_low():
    image = scanned(5, channels=8)
    labels = tissues().labels.values()
    data = np.asarray(image.data)
    plain = np.std(np.concatenate([(data[..., 0] - data[..., 1])[label] for label in labels])) / np.sqrt(2)
    assert plain / SIGMA == pytest.approx(0.89, abs=0.02)  # -11 % (Koay and Basser's xi)


@pytest.mark.parametrize("channels", [1, 8])
def test_channels_are_found_in_the_air(channels):
    image = scanned(5, channels=channels)
    found = difference(Image(image.data, image.affine), regions=Regions())
    assert found.channels == pytest.approx(channels, rel=0.03)
    assert found.sigma == pytest.approx(SIGMA, rel=0.015)


@pytest.mark.parametrize(("snr", "channels"), [(2, 1), (5, 4)])
def test_interval_covers_the_truth_where_noise_is_correlated(snr, channels):
    options = {"channels": channels, "noise": zero_filled, "shape": (48, 48, 2)}
    found = [difference(scanned(snr, seed=seed, **options), regions=Regions()) for seed in range(40)]
    assert sum(one.interval[0] < SIGMA < one.interval[1] for one in found) >= 35
    assert np.mean([one.sigma for one in found]) == pytest.approx(SIGMA, rel=0.01)
    assert np.mean([one.correlation for one in found]) == pytest.approx(1.5**2, rel=0.25)


def test_smooth_drift_and_a_change_of_scale_are_no_noise():
    gain = np.array([1.0, 1.01])
    image = scanned(100, gain=gain)
    x = np.linspace(-1, 1, SHAPE[0])[:, None, None]
    data = np.asarray(image.data).copy()
    data[..., 1] += np.where(amplitudes(SHAPE) > 0, 3 * SIGMA * (x + x**2), 0)
    found = difference(Image(data, image.affine), regions=Regions(), channels=1)
    assert found.sigma == pytest.approx(SIGMA, rel=0.01)
    assert "drift" in {check.code for check in found.checks if check.verdict != "pass"}
    assert found.interval[1] > 1.3 * found.sigma  # nobody can tell drift from noise that is as smooth


def test_spikes_are_left_out():
    image = scanned(20)
    data = np.asarray(image.data).copy()
    data[40:44, 40:44, :, 1] += 50 * SIGMA
    found = difference(Image(data, image.affine), regions=Regions(), channels=1)
    assert found.sigma == pytest.approx(SIGMA, rel=0.01)
    assert 0 < found.parameters["left_out"] < 0.01


@pytest.mark.parametrize("channels", [1, 8])
@pytest.mark.parametrize("snr", [2, 5, 20, 100])
def test_local_sigma_is_right_on_average(channels, snr):
    found = difference(scanned(snr, channels=channels), regions=Regions(), local=True)
    assert sigma_of(found) == pytest.approx(SIGMA, rel=0.02 if snr > 2 else 0.04)
    assert np.isfinite(found.sigma[found.region]).all()
    assert np.isnan(found.sigma[~found.region]).all()


def test_local_sigma_follows_a_map():
    x = np.linspace(0, 1, SHAPE[0])[:, None, None] * np.ones(SHAPE)
    truth = SIGMA * (1 + x)
    image = scanned(20, sigma=truth, body=amplitudes(SHAPE) / (1 + x))
    found = difference(image, regions=Regions(), local=True)
    error = found.sigma / truth - 1
    assert np.nanmean(error) == pytest.approx(0, abs=0.01)
    assert np.nanstd(error) < 0.09
    assert agrees(found, truth[found.region].mean())


def test_local_sigma_of_correlated_noise_is_not_low():
    found = difference(scanned(20, noise=zero_filled), regions=Regions(), local=True)
    assert sigma_of(found) == pytest.approx(SIGMA, rel=0.02)


def test_complex_and_real_parts_are_gaussian():
    rng = np.random.default_rng(0)
    signal = 2 * SIGMA * np.exp(0.7j) * amplitudes(SHAPE)[..., None]
    data = signal + SIGMA * (rng.normal(size=(*SHAPE, 2)) + 1j * rng.normal(size=(*SHAPE, 2)))
    found = difference(Image(data, np.eye(4), {"kind": "complex"}), regions=tissues())
    assert found.sigma == pytest.approx(SIGMA, rel=0.01)
    assert found.channels == 1
    part = difference(Image(data.real, np.eye(4), {"kind": "real"}), regions=tissues())
    assert part.sigma == pytest.approx(SIGMA, rel=0.015)
    assert part.channels == 0.5


def test_more_than_two_are_all_used():
    found = difference(scanned(20, volumes=6), regions=Regions())
    assert found.sigma == pytest.approx(SIGMA, rel=0.005)
    assert half_width(found) < half_width(difference(scanned(20), regions=Regions())) / 2


def test_the_same_data_twice_have_no_sigma():
    one = np.asarray(scanned(20).data)[..., :1]
    found = difference(Image(np.concatenate([one, one], axis=-1), np.eye(4)), regions=Regions())
    assert found.sigma is None
    assert "identical" in {check.code for check in found.checks if check.verdict == "fail"}


def test_phase_images_have_no_sigma():
    data = np.random.default_rng(0).uniform(-np.pi, np.pi, (*SHAPE, 2))
    found = difference(Image(data, np.eye(4), {"kind": "phase"}), regions=Regions())
    assert found.sigma is None
    assert "kind" in {check.code for check in found.checks if check.verdict == "fail"}


def test_what_is_not_finite_is_left_out():
    image = scanned(20)
    data = np.asarray(image.data).copy()
    data[:, 40:50, 1, 0] = np.nan
    found = difference(Image(data, image.affine), regions=Regions(), channels=1)
    assert found.sigma == pytest.approx(SIGMA, rel=0.015)
    assert not found.region[:, 40:50, 1].any()


def test_what_cannot_be_measured_is_an_error():
    with pytest.raises(ImageError, match="at least 2 repeats"):
        difference(scanned(20, volumes=1), regions=Regions())
    with pytest.raises(ImageError, match="No voxel is finite"):
        difference(Image(np.full((8, 8, 2, 2), np.nan), np.eye(4)), regions=Regions())
    with pytest.raises(RegionError, match="Label 1 has shape"):
        difference(scanned(20), regions=Regions(labels={1: np.ones((3, 3, 3), dtype=bool)}))
    with pytest.raises(RegionError, match="no voxel"):
        difference(scanned(20), regions=Regions(labels={1: np.zeros(SHAPE, dtype=bool)}))


@pytest.mark.parametrize(
    ("files", "truth", "detrended"),
    [
        (("phantom-pair-ge/IM-0003-0001.dcm", "phantom-pair-ge/IM-0004-0001.dcm"), 9.47, 9.01),
        (("phantom-pair-vida/HC_SNR_SAG_1.dcm", "phantom-pair-vida/HC_SNR_SAG_2.dcm"), 2.66, 2.54),
    ],
    ids=["GE", "Vida"],
)
def test_real_pairs(shared_data, files, truth, detrended):
    """SD of the difference over the eroded phantom, and over five small regions, where drift does not count."""
    pair = [stored_values(shared_data(name)) for name in files]
    found = difference(Image(np.stack(pair, axis=-1)[:, :, None], np.eye(4)), regions=Regions(), channels=1)
    assert found.sigma == pytest.approx(truth, rel=0.07)
    assert found.sigma == pytest.approx(detrended, rel=0.05)
    low, high = found.interval
    assert low < truth < high
    assert found.correlation > 1.2  # both scanners interpolate
    assert not [check for check in found.checks if check.verdict == "fail"]
    local = difference(Image(np.stack(pair, axis=-1)[:, :, None], np.eye(4)), regions=Regions(), channels=1, local=True)
    assert sigma_of(local) == pytest.approx(found.sigma, rel=0.05)


def stored_values(path):
    """Of an uncompressed 16-bit DICOM file of 256 x 256 voxels, without a reader of DICOM."""
    content = path.read_bytes()
    start = content.rindex(b"\xe0\x7f\x10\x00OW\x00\x00") + 12
    return np.frombuffer(content[start : start + 2 * 256 * 256], "<u2").reshape(256, 256).T.astype(float)


def test_any_two_of_a_series_agree_with_all_of_it(shared_data):
    image = load(shared_data("pcasl-phantom/DERIVED_pcasl_phantom_6sl_60dyn_stored.nii.gz"))
    data = np.asarray(image.data)[..., 10:30]
    truth = replicas(Image(data, image.affine), regions=Regions(), channels=1).sigma
    for k in (0, 18):
        found = difference(Image(data[..., k : k + 2], image.affine), regions=Regions(), channels=1)
        assert found.sigma == pytest.approx(truth, rel=0.08)
