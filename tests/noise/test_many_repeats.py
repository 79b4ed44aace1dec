"""More repeats than are held at once: the same answer, in memory that does not grow with their number."""

import math
import subprocess
import sys
import textwrap

import nibabel
import numpy as np
import pytest

import mrsnr
from mrsnr import Image, Regions
from mrsnr.detrend import polynomials
from mrsnr.errors import ImageError
from mrsnr.noise._reading import MOST, Contrasts, read
from mrsnr.noise.difference import difference
from mrsnr.noise.replicas import replicas
from mrsnr.noise.temporal import temporal
from repeated_scans import SIGMA, agrees, amplitudes, half_width, scanned, sigma_of, tissues

SHAPE = (48, 48, 3)
MANY = 4 * MOST + 3


def checks_of(noise):
    return {check.code: check.verdict for check in noise.checks}


def on_disk(image, path, dtype=np.float32):
    nibabel.save(nibabel.Nifti1Image(np.asarray(image.data).astype(dtype), image.affine), path)
    return mrsnr.load(path)


@pytest.mark.parametrize("suffix", ["nii", "nii.gz"])
@pytest.mark.parametrize("method", [replicas, temporal])
def test_sigma_of_a_streamed_file(method, suffix, tmp_path):
    image = on_disk(scanned(20, volumes=MANY, shape=SHAPE), tmp_path / f"many.{suffix}")
    found = method(image, regions=Regions(), channels=1)
    assert sigma_of(found) == pytest.approx(SIGMA, rel=0.003)
    assert half_width(found) < 0.003
    assert set(checks_of(found).values()) == {"pass"}


def test_all_repeats_count():
    """Twice the noise in the second half, which no contrast of the first has seen: the root mean square of both."""
    first, second = (np.asarray(scanned(40, volumes=100, shape=SHAPE, seed=s, sigma=SIGMA).data) for s in (1, 2))
    level = 40 * SIGMA * amplitudes(SHAPE)[..., None]
    image = Image(np.concatenate([first, level + 2 * (second - level)], axis=-1), np.eye(4))
    for found in (replicas(image, regions=Regions(), channels=1), temporal(image, regions=Regions(), channels=1)):
        assert sigma_of(found) == pytest.approx(SIGMA * np.sqrt(2.5), rel=0.02)


def test_each_volume_counts_once():
    """Noise in one volume alone, whether or not its contrast is among the 32: a T-th of its variance in all."""
    body = 1000 * amplitudes(SHAPE)
    for volume in (5, 50, MANY - 1):
        data = np.repeat(body[..., None], MANY, axis=-1)
        data[..., volume] += np.random.default_rng(volume).normal(0, SIGMA, SHAPE)
        found = replicas(Image(data, np.eye(4), {"kind": "real"}), regions=Regions())
        expected = SIGMA * np.sqrt(leverage(volume) / (MANY - 2))
        assert sigma_of(found) == pytest.approx(expected, rel=0.06)


def leverage(volume):
    """Return what a line leaves of the variance of one volume."""
    return 1 - float((polynomials(MANY, 1)[volume] ** 2).sum())


def test_labels_noise_floor_and_channels():
    image = scanned(3, channels=8, volumes=MANY, shape=SHAPE)
    found = replicas(image, regions=tissues(SHAPE))
    assert found.sigma == pytest.approx(SIGMA, rel=0.005)
    assert agrees(found)


def test_a_map_of_sigma():
    found = replicas(scanned(20, volumes=MANY, shape=SHAPE), regions=Regions(), channels=1, local=True)
    error = found.sigma[found.region] / SIGMA - 1
    assert error.mean() == pytest.approx(0, abs=0.003)
    assert error.std() < 0.012


def test_complex_repeats_have_no_floor():
    rng = np.random.default_rng(0)
    noise = rng.normal(0, SIGMA, (*SHAPE, MANY)) + 1j * rng.normal(0, SIGMA, (*SHAPE, MANY))
    image = Image((2 * SIGMA * amplitudes(SHAPE)[..., None] * np.exp(0.7j) + noise).astype(np.complex64), np.eye(4))
    assert replicas(image, regions=Regions()).sigma == pytest.approx(SIGMA, rel=0.003)
    assert sigma_of(temporal(image, regions=Regions(), channels=1)) == pytest.approx(SIGMA, rel=0.01)


def test_drift_and_volumes_of_another_brightness_are_no_noise():
    gain = 1 + np.linspace(-0.05, 0.05, MANY) + np.random.default_rng(0).normal(0, 0.01, MANY)
    found = replicas(scanned(100, volumes=MANY, shape=SHAPE, gain=gain), regions=Regions(), channels=1)
    assert found.sigma == pytest.approx(SIGMA, rel=0.01)
    assert checks_of(found)["drift"] != "pass"


def test_more_than_two_differences():
    found = difference(scanned(20, volumes=MANY, shape=SHAPE), regions=Regions(), channels=1)
    assert found.sigma == pytest.approx(SIGMA, rel=0.003)


@pytest.mark.parametrize("method", [replicas, temporal])
def test_a_voxel_that_is_once_not_finite_is_left_out(method):
    data = np.asarray(scanned(20, volumes=MANY, shape=SHAPE).data).copy()
    data[24, 24, 1, 77], data[20, 24, 1, 100] = np.nan, np.inf
    found = method(Image(data, np.eye(4)), regions=Regions(), channels=1)
    assert not found.region[24, 24, 1]
    assert not found.region[20, 24, 1]
    assert found.region[24, 24, 0]
    assert sigma_of(found) == pytest.approx(SIGMA, rel=0.003)


def test_a_spike_is_left_out():
    data = np.asarray(scanned(20, volumes=MANY, shape=SHAPE).data).copy()
    data[24, 20:28, 1, 77] += 100 * SIGMA
    found = replicas(Image(data, np.eye(4)), regions=Regions(), channels=1)
    voxels = int(found.region.sum()) * (MANY - 2)
    assert found.parameters["left_out"] * voxels == pytest.approx(8, abs=0.5)
    assert found.sigma == pytest.approx(SIGMA, rel=0.003)


def test_copies_and_a_volume_before_the_steady_state_are_seen():
    data = np.asarray(scanned(20, volumes=MANY, shape=SHAPE).data).copy()
    data[..., 1] = data[..., 0]
    assert checks_of(replicas(Image(data, np.eye(4)), regions=Regions(), channels=1))["identical"] == "fail"
    bright = scanned(20, volumes=MANY, shape=SHAPE, gain=np.where(np.arange(MANY) == 90, 1.3, 1.0))
    assert checks_of(temporal(bright, regions=Regions(), channels=1))["steady"] == "warn"


@pytest.mark.parametrize("method", [replicas, temporal])
def test_what_cannot_be_measured_is_an_error(method):
    with pytest.raises(ImageError, match="only NaN or infinity"):
        method(Image(np.full((*SHAPE, MANY), np.nan), np.eye(4)), regions=Regions())
    with pytest.raises(ImageError, match="All voxels have the same value, 7"):
        method(Image(np.full((*SHAPE, MANY), 7), np.eye(4)), regions=Regions())


@pytest.mark.parametrize("volumes", [2, 3, 8, 100])
@pytest.mark.parametrize("order", [0, 1, 3])
def test_contrasts_are_orthonormal_and_free_of_the_trend(volumes, order):
    if volumes < order + 2:
        pytest.skip("too few for the order")
    contrasts = Contrasts(volumes, order)
    matrix = (np.eye(volumes) - contrasts.vectors @ contrasts.taken)[:, contrasts.first :]
    np.testing.assert_allclose(matrix.T @ matrix, np.eye(volumes - order - 1), atol=1e-13)
    np.testing.assert_allclose(polynomials(volumes, order).T @ matrix, 0, atol=1e-13)


def test_a_second_reading_gives_every_contrast_once():
    image = scanned(20, volumes=MANY, shape=(8, 8, 2))
    where = np.ones((8, 8, 2), dtype=bool)
    seen = read(image, order=1)
    groups = [group.copy() for group in seen.every(where)]
    assert max(group.shape[1] for group in groups) == MOST
    rows = np.asarray(image.data).reshape(-1, MANY)
    basis = polynomials(MANY, 1)
    rest = ((rows - rows @ basis @ basis.T) ** 2).sum(axis=1)  # what a line leaves
    np.testing.assert_allclose(sum((group**2).sum(axis=1) for group in groups), rest)
    np.testing.assert_allclose(seen.mean, np.asarray(image.data).mean(axis=-1))


@pytest.mark.parametrize("method", ["replicas", "temporal"])
def test_memory_does_not_grow_with_the_number_of_volumes(method, tmp_path):
    """A series of 1.1 GB under a limit of 1 GB for the whole process, all of its address space."""
    pytest.importorskip("resource")
    if sys.platform == "darwin":
        pytest.skip("macOS does not enforce RLIMIT_AS")
    path, shape, volumes, slices = tmp_path / "large.nii", (96, 96, 50), 592, slice(22, 27)
    header = nibabel.Nifti1Header()
    header.set_data_dtype(np.float32)
    header.set_data_shape((*shape, volumes))
    header["vox_offset"], header["magic"] = 352, b"n+1"
    repeated = np.asarray(scanned(20, volumes=volumes // 16, shape=(96, 96, 5)).data).astype(np.float32)
    with path.open("wb") as file:  # sparse: all slices but five are zeros, and use no disk
        file.write(header.binaryblock + bytes(4))
        for volume in range(volumes):
            file.seek(352 + 4 * (volume * math.prod(shape) + slices.start * 96 * 96))
            file.write(repeated[..., volume % (volumes // 16)].tobytes(order="F"))
        file.truncate(352 + 4 * volumes * math.prod(shape))
    program = textwrap.dedent("""
        import resource, sys
        import mrsnr, scipy.ndimage, scipy.optimize, scipy.special
        image = mrsnr.load(sys.argv[1])
        resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30))
        result = mrsnr.measure(image, sys.argv[2], channels=1)
        print(result.value, result.provenance["repeats"])
    """)
    environment = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PATH": ""}
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", program, path, method], capture_output=True, text=True, check=False, env=environment
    )
    assert done.returncode == 0, done.stderr
    value, number = done.stdout.split()
    assert int(number) == volumes
    assert float(value) == pytest.approx(20, rel=0.05)
