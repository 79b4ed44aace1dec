"""What is done at once comes in order and is the same to the last bit, however many threads there are."""

import os
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from mrsnr import Image, measure
from mrsnr.detrend import TrendSums
from mrsnr.errors import ArgumentError, ImageError
from mrsnr.io.sequence import joined
from mrsnr.noise.mppca import mppca
from mrsnr.noise.piesno import piesno
from mrsnr.regions import Regions
from mrsnr.threads import in_order, procs_of
from repeated_scans import scanned


def bits(*values):
    return [np.asarray(value).tobytes() for value in values]


def holed(seed, *, volumes=1):
    """A scan with a value that is not a number, and one that is infinite."""
    image = scanned(20, volumes=volumes, seed=seed, shape=(48, 48, 5))
    image.data[5, 6, 2, 0], image.data[30, 20, 1, -1] = np.nan, np.inf
    return image


@pytest.mark.parametrize("threads", [2, 3, 7])
def test_images_measured_at_once_are_the_same_to_the_last_bit(threads):
    images = [Image(one.data[..., 0], one.affine, one.meta) for one in map(holed, range(5))]

    def found(n_procs):
        results = in_order(measure, images, n_procs=n_procs)
        return [(bits(one.value, one.interval, one.map, one.noise.sigma), one.table, one.reasons) for one in results]

    assert found(threads) == found(1)


@pytest.mark.parametrize("method", [piesno, mppca])
def test_so_are_series(method):
    series = [holed(seed, volumes=12) for seed in range(4)]

    def found(n_procs):
        results = in_order(lambda image: method(image, regions=Regions()), series, n_procs=n_procs)
        return [(bits(one.sigma, one.interval, one.region), one.checks) for one in results]

    assert found(3) == found(1)


def test_trends_added_at_once_are_the_same_to_the_last_bit():
    rng = np.random.default_rng(0)
    series = rng.normal(600, 6, (4, 100, 9000)).astype(np.float32)
    series[:, 40, 17] = np.nan

    def added(values):
        sums = TrendSums(9000, 100, order=2)
        for first in range(0, 100, 33):
            sums.add(values[first : first + 33], first=first)
        return bits(sums.mean, sums.residual_sd)

    alone = list(in_order(added, series, n_procs=1))
    for threads in (2, 3, 7):
        assert list(in_order(added, series, n_procs=threads)) == alone


_DIGEST = """
import hashlib, numpy as np
from mrsnr.detrend import TrendSums
series = np.random.default_rng(0).normal(600, 6, (200, 30_000))
sums = TrendSums(30_000, 200, order=5)
sums.add(series[:150], first=0)
sums.add(series[150:], first=150)
print(hashlib.sha256(sums.mean.tobytes() + sums.residual_sd.tobytes()).hexdigest())
"""


def test_the_threads_of_blas_change_no_trend():
    def digest(threads):
        environment = {**os.environ, **dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"), str(threads))}
        command = [sys.executable, "-c", _DIGEST]
        return subprocess.run(command, env=environment, capture_output=True, check=True).stdout  # noqa: S603 - our own

    assert digest(1) == digest(2) == digest(7)


def test_the_slow_first_one_comes_first():
    def slow_if_0(number):
        time.sleep(0.2 if number == 0 else 0)
        return number

    assert list(in_order(slow_if_0, range(9), n_procs=3)) == list(range(9))


def test_as_many_at_once_as_asked_for():
    together = threading.Barrier(3, timeout=10)
    assert sorted(in_order(lambda _: together.wait(), range(3), n_procs=3)) == [0, 1, 2]


def test_no_more_at_once_than_asked_for():
    lock, now, most = threading.Lock(), [0], [0]

    def count(_):
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        time.sleep(0.01)
        with lock:
            now[0] -= 1

    list(in_order(count, range(12), n_procs=2))
    assert most == [2]


def test_what_is_not_asked_for_is_not_begun():
    begun = []
    results = in_order(begun.append, range(100), n_procs=2)
    next(results)
    results.close()
    assert len(begun) <= 4


def leave(results):
    """Close a generator as the garbage collector does, and say whether it came to an end by itself."""
    leaving = threading.Thread(target=results.close, daemon=True)
    leaving.start()
    leaving.join(timeout=10)
    return not leaving.is_alive()


def test_who_leaves_does_not_wait_for_what_is_under_way():
    """The collector may close a generator while it holds a lock without which no thread ends (that of `threading`)."""
    released = threading.Event()
    results = in_order(lambda number: number == 0 or released.wait(30), range(3), n_procs=2)
    assert next(results)
    try:
        assert leave(results)
    finally:
        released.set()


def test_nor_does_who_stops_reading_files_that_are_read_ahead():
    released, begun = threading.Event(), threading.Event()

    class Slow:
        shape, ndim, dtype = (2, 2, 2), 3, np.dtype(float)

        def blocks(self, _):
            begun.set()
            released.wait(30)
            yield np.ones((2, 2, 2, 1))

    series = joined([Image(data, np.eye(4)) for data in (np.ones((2, 2, 2)), Slow(), Slow())])
    blocks = series.data.blocks(1)
    next(blocks)
    assert begun.wait(10)
    try:
        assert leave(blocks)
    finally:
        released.set()


def test_an_error_comes_where_it_belongs():
    def halves(number):
        if number % 2:
            raise ImageError(f"{number} is odd")
        return number // 2

    results = in_order(halves, [4, 6, 7, 8], n_procs=2)
    assert [next(results), next(results)] == [2, 3]
    with pytest.raises(ImageError, match="7 is odd"):
        next(results)


@pytest.mark.parametrize("wrong", [0, -1, 1.5, "x", "2", True, np.float64(2)])
def test_wrong_numbers_are_refused(wrong):
    with pytest.raises(ArgumentError, match="whole number from 1"):
        in_order(abs, [1, 2], n_procs=wrong)


def test_the_default_is_every_core_up_to_four():
    assert 1 <= procs_of(None) <= min(4, os.cpu_count())
    assert procs_of(np.int64(9)) == 9
