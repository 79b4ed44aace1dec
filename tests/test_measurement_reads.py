"""How often `measure` reads what is on disk, and which volumes of a long series it takes the signal from."""

import numpy as np
import pytest

import mrsnr
from mrsnr import Image
from mrsnr.repeats import MOST, some_volumes
from repeated_scans import scanned


class OnDisk:
    """Data that count how often they are read whole, or from the first block to the last."""

    def __init__(self, array):
        self.array, self.shape, self.dtype, self.reads = array, array.shape, array.dtype, 0

    def __getitem__(self, index):
        return self.array[index]

    def __array__(self, dtype=None, copy=None):
        self.reads += 1
        return self.array

    def blocks(self, volumes):
        self.reads += 1
        for first in range(0, self.shape[3], volumes):
            yield self.array[..., first : first + volumes]


def test_one_volume_is_read_once():
    data = OnDisk(np.asarray(scanned(20, volumes=1).data)[..., 0])
    image = Image(data, np.eye(4))
    result = mrsnr.measure(image)
    assert data.reads == 1
    assert result.image is image
    assert result.value == pytest.approx(20, rel=0.15)


@pytest.mark.parametrize(("method", "volumes", "reads"), [("replicas", 8, 1), ("replicas", 70, 3), ("temporal", 70, 2)])
def test_repeats_are_read_as_often_as_said(method, volumes, reads):
    data = OnDisk(np.asarray(scanned(20, volumes=volumes, shape=(64, 64, 2)).data))
    result = mrsnr.measure(Image(data, np.eye(4)), method, channels=1)
    assert data.reads == reads  # the signal; the sums over time; of replicas the residuals
    assert result.provenance["repeats"] == volumes
    assert result.image.shape == (64, 64, 2)


def test_the_signal_of_many_repeats_is_that_of_all():
    """A drift by 10 % about the true level, which volumes of one end would not tell."""
    gain = np.linspace(0.95, 1.05, 100)
    image = scanned(20, volumes=100, shape=(96, 96, 3), gain=gain)
    steady = scanned(20, volumes=100, shape=(96, 96, 3))
    values = [mrsnr.measure(one, "replicas", channels=1).value for one in (image, steady)]
    assert values[0] == pytest.approx(values[1], rel=0.003)


@pytest.mark.parametrize("volumes", [1, 2, MOST, MOST + 1, 200])
def test_some_volumes_reach_from_the_first_to_the_last(volumes):
    data = np.random.default_rng(0).normal(size=(5, 4, 3, volumes))
    found = some_volumes(Image(data, np.eye(4), {"tr": 2.0}))
    numbers = [one.meta["volume"] for one in found]
    assert len(found) == min(volumes, MOST)
    assert (numbers[0], numbers[-1]) == (0, volumes - 1)
    assert np.ptp(np.diff(numbers)) <= 1 if volumes > 1 else True
    for number, one in zip(numbers, found, strict=True):
        np.testing.assert_array_equal(one.data, data[..., number])
        assert one.meta["tr"] == 2.0
