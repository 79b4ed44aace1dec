"""Has every label a signal? From both sides."""

from mrsnr.checks import detection


def test_nothing_is_said_where_all_have():
    assert detection(labels=3, below=[]) == ()


def test_labels_without_are_named():
    (check,) = detection(labels=3, below=["cyst", "vessel"])
    assert check.verdict == "fail"
    assert check.value == 2
    assert "cyst, vessel" in check.sentence
    assert "below detection" in check.sentence
    assert "3 labels" in check.sentence
