"""Has the answer an interval? From both sides."""

from mrsnr.checks import unbounded


def test_nothing_is_said_of_an_interval():
    assert unbounded((9.0, 11.0), method="air") == ()


def test_without_one_it_warns_and_names_the_method():
    (check,) = unbounded(None, method="mixture")
    assert check.verdict == "warn"
    assert check.code == "interval"
    assert "'mixture' gives no interval" in check.sentence
