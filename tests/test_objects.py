"""Where there is signal: ellipses of known place and amplitude, in noise of 1 and 8 channels."""

import time

import numpy as np
import pytest
from scipy.ndimage import zoom

from mrsnr import Image, Noise
from mrsnr.objects import foreground, tissue_classes
from mrsnr.tables import overall, signal_table

SHAPE = (128, 128, 4)
X, Y = np.mgrid[:128, :128]


def ellipse(a, b, shape=SHAPE, x=64, y=62):
    return np.broadcast_to((((X - x) / a) ** 2 + ((Y - y) / b) ** 2 < 1)[..., None], shape)


BODY = ellipse(40, 54)


def magnitudes(theta, channels=1, seed=0):
    return np.sqrt(np.random.default_rng(seed).noncentral_chisquare(2 * channels, np.asarray(theta, float) ** 2))


def noise_of(channels=1, *, sigma=1.0, region=None, correlation=1.0):
    return Noise(
        sigma=sigma,
        channels=channels,
        interval=None,
        region=np.zeros(SHAPE, bool) if region is None else region,
        checks=(),
        method="given",
        parameters={},
        correlation=correlation,
    )


def dice(one, other):
    return 2 * (one & other).sum() / (one.sum() + other.sum())


@pytest.mark.parametrize("channels", [0.5, 1, 8])
@pytest.mark.parametrize("snr", [2, 3, 5, 20, 100])
def test_the_body_is_found_at_any_snr(channels, snr):
    found = foreground(magnitudes(snr * BODY, channels), noise=noise_of(channels))
    assert dice(found, BODY) > (0.97 if snr < 5 else 0.99)
    assert (snr * BODY)[found].mean() == pytest.approx(snr, rel=0.03 if snr < 3 else 0.015)


def test_of_many_slices_each_is_its_own():
    body = np.stack([ellipse(10 + k, 30 - k)[..., 0] for k in range(20)], axis=-1)
    noise = noise_of(region=np.zeros(body.shape, bool))
    found = foreground(magnitudes(20 * body), noise=noise)
    assert min(dice(found[..., k], body[..., k]) for k in range(20)) > 0.97


@pytest.mark.parametrize("snr", [3, 20])
def test_of_many_channels_too(snr):
    assert dice(foreground(magnitudes(snr * BODY, 32), noise=noise_of(32)), BODY) > 0.97


@pytest.mark.parametrize("snr", [5, 50])
def test_a_small_body(snr):
    body = ellipse(9, 13)
    assert dice(foreground(magnitudes(snr * body), noise=noise_of()), body) > 0.95


def test_zero_filled_noise_is_no_signal():
    rng = np.random.default_rng(0)
    coarse = 2 * BODY[::2, ::2] + rng.normal(size=(64, 64, 4)) + 1j * rng.normal(size=(64, 64, 4))
    centred = np.fft.fftshift(np.fft.fft2(coarse, axes=(0, 1)), axes=(0, 1))
    padded = np.pad(centred, ((32, 32), (32, 32), (0, 0)))
    voxels = np.abs(np.fft.ifft2(np.fft.ifftshift(padded, axes=(0, 1)), axes=(0, 1))) * 4
    found = foreground(voxels, noise=noise_of(correlation=4.0))
    assert dice(found, BODY) > 0.9
    assert (found & ~ellipse(45, 59)).sum() < 0.01 * BODY.sum()


def test_pure_noise_has_no_foreground():
    assert foreground(magnitudes(np.zeros(SHAPE)), noise=noise_of()).mean() < 1e-3
    assert tissue_classes(np.ones(SHAPE), np.zeros(SHAPE, bool)).labels == {}


def test_an_image_without_air_is_all_foreground():
    assert foreground(magnitudes(np.full(SHAPE, 30.0)), noise=noise_of()).all()


def test_a_dark_organ_inside_belongs_to_the_body():
    theta = np.where(ellipse(12, 12), 6.0, 40.0 * BODY)
    assert dice(foreground(magnitudes(theta), noise=noise_of()), BODY) > 0.99


def test_ghosts_of_a_bright_object_are_left_out():
    ghost = np.roll(BODY, 64, axis=1)
    found = foreground(magnitudes(np.hypot(200 * BODY, 5 * ghost)), noise=noise_of())
    assert dice(found, BODY) > 0.995


def test_known_air_is_outside_but_tissue_that_gave_the_noise_is_not():
    voxels = magnitudes(np.where(BODY, 10.0, 0.0))
    air = np.zeros(SHAPE, bool)
    air[:, :6] = True
    assert not (foreground(voxels, noise=noise_of(region=air)) & air).any()
    assert dice(foreground(voxels, noise=noise_of(region=ellipse(20, 20))), BODY) > 0.99


def test_specks_and_pinholes_are_noise():
    voxels = magnitudes(10.0 * BODY)
    voxels[5:9, 5:9] = 50.0
    voxels[60:63, 60:63] = 0.1
    found = foreground(voxels, noise=noise_of())
    assert not found[:12, :12].any()
    assert found[60:63, 60:63].all()


@pytest.mark.parametrize("noise", [None, noise_of(sigma=np.ones(SHAPE))], ids=["none", "map"])
def test_without_one_sigma_the_bright_part_is_the_object(noise):
    field = 0.4 + 1.2 * X[..., None] / 127
    assert dice(foreground(magnitudes(20 * field * BODY), noise=noise), BODY) > 0.99


def test_voxels_that_are_not_finite_are_outside():
    voxels = magnitudes(10.0 * BODY)
    voxels[:, :10] = np.nan
    voxels[60, 60, 2] = np.inf
    for noise in (None, noise_of()):
        found = foreground(voxels, noise=noise)
        assert not found[:, :10].any()
        assert not found[60, 60, 2]
        assert dice(found, BODY) > 0.99


def test_a_slice_will_do():
    voxels, body = magnitudes(10.0 * BODY)[..., 0], BODY[..., 0]
    for noise in (None, noise_of(region=np.zeros((128, 128), bool))):
        found = foreground(voxels, noise=noise)
        assert found.shape == body.shape
        assert dice(found, body) > 0.99
    assert tissue_classes(voxels, body).labels[1].shape == body.shape


@pytest.mark.parametrize("factor", [1e-3, 1e3])
def test_the_unit_does_not_matter(factor):
    voxels = magnitudes(8.0 * BODY)
    one = foreground(voxels, noise=noise_of())
    np.testing.assert_array_equal(foreground(factor * voxels, noise=noise_of(sigma=factor)), one)
    other = tissue_classes(factor * voxels, one)
    for label, region in tissue_classes(voxels, one).labels.items():
        np.testing.assert_array_equal(other.labels[label], region)


def assert_partition(regions, where):
    total = np.sum([region.astype(int) for region in regions.labels.values()], axis=0)
    np.testing.assert_array_equal(total, where)
    assert all(region.any() for region in regions.labels.values())


def test_three_tissues_are_told_apart():
    theta = np.where(ellipse(40, 54, y=40) & BODY, 30.0, 10.0) * BODY + 40.0 * ellipse(14, 14)
    regions = tissue_classes(magnitudes(theta), BODY)
    assert_partition(regions, BODY)
    assert list(regions.names.values()) == ["tissue 1 (darkest)", "tissue 2", "tissue 3 (brightest)"]
    for level, region in zip((10.0, 30.0, 70.0), regions.labels.values(), strict=True):
        assert dice(region, theta == level) > 0.95


@pytest.mark.parametrize("channels", [1, 8])
@pytest.mark.parametrize("snr", [3, 10, 100])
def test_one_tissue_is_not_split_by_its_noise(channels, snr):
    regions = tissue_classes(magnitudes(snr * BODY, channels), BODY)
    assert list(regions.names.values()) == ["tissue 1"]
    assert_partition(regions, BODY)


def test_smooth_noise_does_not_split_it_either():
    rng = np.random.default_rng(0)
    smooth = zoom(rng.normal(size=(64, 64, 4)), (2, 2, 1), order=1)
    assert len(tissue_classes(50 + smooth, BODY).labels) == 1


def test_two_tissues_are_two():
    theta = np.where(X[..., None] < 64, 10.0, 20.0) * BODY
    regions = tissue_classes(magnitudes(theta), BODY)
    assert list(regions.names.values()) == ["tissue 1 (darkest)", "tissue 2 (brightest)"]
    assert_partition(regions, BODY)
    assert len(tissue_classes(magnitudes(theta), BODY, classes=1).labels) == 1


def test_equal_voxels_and_holes_are_one_tissue():
    voxels = np.full(SHAPE, 7.0)
    voxels[60:70, 60:70] = np.nan
    assert_partition(tissue_classes(voxels, BODY), BODY)
    assert_partition(tissue_classes(np.full(SHAPE, np.nan), BODY), BODY)


@pytest.mark.parametrize(("channels", "snr"), [(1, 3), (8, 3), (8, 20)])
def test_snr_of_the_whole_object_when_nothing_was_drawn(channels, snr):
    theta = snr * BODY * np.where(ellipse(18, 20), 2.0, 1.0) * (0.7 + 0.6 * Y[..., None] / 124)
    voxels, noise = magnitudes(theta, channels), noise_of(channels)
    regions = tissue_classes(voxels, foreground(voxels, noise=noise))
    assert overall(signal_table(voxels, regions, noise=noise), noise=noise)[0] == pytest.approx(
        theta[BODY].mean(), rel=0.02
    )


def test_all_of_it_is_quick():
    shape = (256, 256, 17)
    theta = zoom(BODY[..., :1].astype(float), (2, 2, 1), order=0) * np.ones(shape) * 20
    voxels, noise = magnitudes(theta, 8), noise_of(8, region=np.zeros(shape, bool))
    foreground(voxels[:32, :, :1], noise=noise_of(8, region=np.zeros((32, 256, 1), bool)))  # imports scipy
    start = time.perf_counter()
    signal_table(voxels, tissue_classes(voxels, foreground(voxels, noise=noise)), noise=noise)
    assert time.perf_counter() - start < 2.5  # 0.4 s on an idle machine


def test_the_kidneys_are_in_the_foreground(shared_data):
    from mrsnr import load  # noqa: PLC0415 - needs nibabel, which a machine without the data may not have

    name = "kidney-ge/00720__Magnitude_ims__B0_map_dual_echo_e1"
    image = load(shared_data(f"{name}.nii.gz"))
    assert isinstance(image, Image)
    kidney = np.asarray(load(shared_data(f"{name}_roi-L.nii.gz")).data) > 0
    found = foreground(np.asarray(image.data), noise=noise_of(sigma=18.0, region=np.zeros(image.shape, bool)))
    assert found[kidney].mean() > 0.98
