"""Results made by hand, whose numbers the tests know."""

from dataclasses import replace

import numpy as np
import pytest

from mrsnr.model import Check, CheckVerdict, Image, LabelSnr, MixtureNoise, Noise, Regions, Snr, Temporal, Verdict

SHAPE = (24, 20, 5)
AFFINE = np.array([[-2, 0, 0, 40.0], [0, 0, -4, 10.0], [0, 3, 0, -30.0], [0, 0, 0, 1]])  # coronal: L, S, P
MEANS, SDS, WEIGHTS = (2.0, 50.0, 90.0), (1.0, 6.0, 4.0), (0.5, 0.3, 0.2)


@pytest.fixture
def image():
    """Three crowds of intensity, as many voxels of each as their weights say, in blocks along y."""
    rng = np.random.default_rng(7)
    data = np.empty(SHAPE)
    for start, stop, mean, sd in zip((0, 10, 16), (10, 16, 20), MEANS, SDS, strict=True):
        block = data[:, start:stop]
        block[:] = np.abs(rng.normal(mean, sd, block.shape))
    return Image(data, AFFINE, {"source": "scans/kidney.nii.gz"})


@pytest.fixture
def result(image):
    """What a mixture of three clusters finds in that image."""
    data = np.asarray(image.data)
    clusters = np.digitize(data, (15, 72)).astype(np.int16)
    noise = MixtureNoise(
        sigma=1.5, channels=1, interval=None, region=clusters == 0, checks=(), method="mixture",
        parameters={"clusters": 3}, clusters=clusters, means=np.array(MEANS), variances=np.array(SDS) ** 2,
        weights=np.array(WEIGHTS), converged=False, iterations=500, by_clusters={2: 30.0, 3: 44.0, 4: 101.5, 5: None},
    )  # fmt: skip
    return Snr(
        value=44.0, interval=(42.0, 46.0), map=data / 1.5, table=(), noise=noise, method="mixture",
        verdict=Verdict.CAUTION, reasons=(), provenance={}, image=image,
    )  # fmt: skip


SIGMA = 20.0


@pytest.fixture
def of_air(image):
    """What a method of air finds in an image with noise of sigma 20 in half of it, and two labels beside."""
    rng = np.random.default_rng(8)
    shape = (40, 36, 5)
    data = rng.normal(1000, SIGMA, shape)
    data[:, :18] = np.hypot(*rng.normal(0, SIGMA, (2, *data[:, :18].shape)))
    air, first, second = (np.zeros(shape, dtype=bool) for _ in range(3))
    air[:, :18], first[:20, 20:], second[20:, 20:] = True, True, True
    table = tuple(
        LabelSnr(label=n, name=name, voxels=1600, signal=1000.0, sigma=SIGMA, snr=50.0, low=49.0, high=51.0)
        for n, name in ((1, "liver"), (2, "spleen"))
    )
    noise = Noise(
        sigma=SIGMA, channels=1, interval=(19.8, 20.2), region=air, checks=(), method="air", parameters={}
    )  # fmt: skip
    return Snr(
        value=50.0, interval=(49.0, 51.0), map=data / SIGMA, table=table, noise=noise, method="air",
        verdict=Verdict.TRUSTED, reasons=(), provenance={"of": "labels"},
        image=Image(data, AFFINE, image.meta), regions=Regions(labels={1: first, 2: second}),
    )  # fmt: skip


@pytest.fixture
def refused(result):
    """A measurement without a value, a noise or a map."""
    reason = Check("zeros", 0.9, 0.05, CheckVerdict.FAIL, "Nine tenths of the voxels are 0.")
    return replace(
        result, value=None, interval=None, map=None, noise=None, method="none", verdict=Verdict.REFUSED,
        reasons=(reason,),
    )  # fmt: skip


@pytest.fixture
def series(image):
    """Temporal SNR of 40 in the mask and 5 outside, undefined in one voxel."""
    mean = np.asarray(image.data)
    mask = mean > 15
    tsnr = np.where(mask, 40.0, 5.0)
    tsnr[3, 4, 2] = np.nan
    return Temporal(
        value=40.0, interval=None, uncorrected=40.5, voxel_factors=(0.8, 1.3), map=tsnr, mean=mean, noise=mean / tsnr,
        mask=mask, order=2, robust=False, pairs=None, volumes=30, dropped=0, degrees_of_freedom=27,
        effective_degrees_of_freedom=27.0, autocorrelation=0.0, verdict=Verdict.TRUSTED, reasons=(), provenance={},
        image=Image(np.stack([mean, mean + 1], axis=-1), AFFINE, image.meta),
    )  # fmt: skip
