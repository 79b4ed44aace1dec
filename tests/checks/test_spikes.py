"""Do volumes jump? It is only said where it can be seen."""

import numpy as np
import pytest

from mrsnr.checks import spikes
from mrsnr.verdicts import judge


@pytest.mark.parametrize("jumps", [[np.nan, 1.0], [np.nan, 1.0, 1.1], [np.nan, 1.0, np.nan, 1.1, 1.0]])
def test_what_cannot_be_seen_is_neither_passed_nor_held_against_the_series(jumps):
    check = spikes(np.array(jumps))
    assert (check.value, check.verdict) == (None, "n/a")
    assert "could not be looked for" in check.sentence
    assert judge(10.0, [check]) == ("trusted", ())


def test_steady_volumes_pass_and_one_that_jumps_warns():
    jumps = np.concatenate([[np.nan], np.random.default_rng(0).normal(1, 0.05, 30)])
    assert spikes(jumps).verdict == "pass"
    jumps[7:9] = 3.0
    check = spikes(jumps)
    assert check.verdict == "warn"
    assert "(7, 8)" in check.sentence
