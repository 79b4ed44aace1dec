"""``mrsnr series`` lists the images of a DICOM folder."""

import argparse
import json

import pytest

from mrsnr.cli import series


@pytest.fixture
def listed(capsys):
    """Return a function that runs the subcommand, and returns its status and what it printed."""

    def call(*arguments):
        parser = argparse.ArgumentParser()
        series.add_parser(parser.add_subparsers())
        args = parser.parse_args(["series", *map(str, arguments)])
        return args.run(args), *capsys.readouterr()

    return call


def test_a_row_for_each_series(listed, shared_data):
    status, out, err = listed(shared_data("phantom-pair-ge"))
    assert (status, err) == (0, "")
    heading, _, first, second = [line for line in out.splitlines() if line.strip()]
    assert heading.split() == ["--series", "description", "sequence", "size", "volumes", "files", "kind"]
    assert first.split() == [*("23", "SNR", "SAG", "MEAS1", "memp", "256", "x", "256", "x", "1", "1", "1", "magnitude")]
    assert second.split()[0] == "24"


def test_json_says_the_same(listed, shared_data):
    status, out, _ = listed(shared_data("pcasl-phantom/dcm_1slice_60dyn"), "--json")
    assert status == 0
    (one,) = json.loads(out)["series"]
    assert one["number"] == 202
    assert one["choice"] == "202"
    assert one["shape"] == [128, 128, 1, 60]
    assert (one["volumes"], one["files"], one["refused"]) == (60, 60, None)


@pytest.mark.parametrize("json_too", [False, True])
def test_a_folder_without_dicom_is_status_3(listed, tmp_path, json_too):
    (tmp_path / "notes.txt").write_text("nothing")
    status, out, err = listed(tmp_path, *["--json"] * json_too)
    assert status == 3
    assert "holds no DICOM image" in err
    assert str(tmp_path.parent) not in err
    assert not json_too or "no DICOM image" in json.loads(out)["error"]


def test_a_path_that_is_not_there_is_status_3(listed, tmp_path):
    status, _, err = listed(tmp_path / "nowhere")
    assert status == 3
    assert "nowhere" in err
