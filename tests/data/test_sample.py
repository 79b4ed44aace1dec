"""Sample data, fetched from a server that the test starts on this machine."""

import os
import socket
import time

import pytest

from mrsnr.data import SAMPLES, cache_folder, download, fetch
from mrsnr.errors import ArgumentError, DownloadError
from sample_server import isolate, sample_of, serving

CONTENT = bytes(range(256)) * 2000  # 512 kB: several pieces
THING = sample_of("thing.nii.gz", CONTENT)


@pytest.fixture(autouse=True)
def cache(monkeypatch, tmp_path):
    monkeypatch.setattr("mrsnr.data.sample.SAMPLES", {THING.name: THING})
    return isolate(monkeypatch, tmp_path / "cache")


@pytest.fixture
def server():
    with serving() as started:
        started.put(THING, CONTENT)
        yield started


def names(folder):
    return sorted(path.name for path in folder.iterdir())


class TestRegistry:
    def test_is_the_table_of_the_tutorials_data(self):
        records = {name: sample.record for name, sample in SAMPLES.items()}
        assert records == {
            "t2w_volume_philips": "4897994",
            "t1w_volume_philips": "4897994",
            "t2star_philips": "4762497",
            "t2star_ge": "4762487",
            "t2star_siemens": "4762501",
            "tsnr_high_philips": "5544245",
            "tsnr_low_philips": "5544245",
        }

    def test_has_whole_checksums_one_a_file(self):
        sums = [sample.md5 for sample in SAMPLES.values()]
        assert len(set(sums)) == 7
        assert all(len(md5) == 32 and int(md5, 16) for md5 in sums)

    def test_an_address_is_that_of_the_record(self):
        assert SAMPLES["t2star_ge"].url == "https://zenodo.org/records/4762487/files/ge.zip"

    def test_names_files_that_do_not_collide_in_one_folder(self):
        assert len({sample.file for sample in SAMPLES.values()}) == len(SAMPLES)

    def test_says_where_the_terms_are(self):
        assert all(sample.record in sample.licence for sample in SAMPLES.values())

    def test_cannot_be_changed(self):
        with pytest.raises(TypeError):
            SAMPLES["mine"] = THING


class TestFetch:
    def test_returns_the_verified_file(self, server, cache):
        path = fetch("thing", server=server.address)
        assert path == cache / "thing.nii.gz"
        assert path.read_bytes() == CONTENT
        assert names(cache) == ["thing.nii.gz"]

    def test_takes_a_folder_that_is_not_there_yet(self, server, tmp_path):
        folder = tmp_path / "a" / "b"
        assert fetch("thing", folder=str(folder), server=server.address).parent == folder

    def test_what_is_there_needs_no_network(self, server):
        first = fetch("thing", server=server.address)
        assert fetch("thing", server=server.address) == first
        assert server.asked == [""]

    def test_a_file_put_there_by_hand_needs_no_network(self, cache):
        (cache / "thing.nii.gz").write_bytes(CONTENT)
        assert fetch("thing", server="http://127.0.0.1:9").read_bytes() == CONTENT
        assert names(cache) == ["thing.nii.gz"]

    def test_a_damaged_file_is_replaced(self, server, cache):
        (cache / "thing.nii.gz").write_bytes(CONTENT[:-1])
        assert fetch("thing", server=server.address).read_bytes() == CONTENT

    def test_reports_progress_up_to_the_whole(self, server):
        seen = []
        fetch("thing", server=server.address, progress=lambda *now: seen.append(now))
        assert {total for _, total in seen} == {len(CONTENT)}
        assert [done for done, _ in seen] == sorted(done for done, _ in seen)
        assert (seen[0][0], seen[-1][0]) == (0, len(CONTENT))

    def test_prints_nothing(self, server, capfd):
        fetch("thing", server=server.address)
        assert capfd.readouterr() == ("", "")

    def test_a_server_that_says_no_length_is_checked_by_the_checksum(self, server):
        server.says_length = False
        seen = []
        path = fetch("thing", server=server.address, progress=lambda *now: seen.append(now))
        assert path.read_bytes() == CONTENT
        assert seen[-1] == (len(CONTENT), None)


class TestFailure:
    def test_an_unknown_name_lists_the_choices(self):
        with pytest.raises(ArgumentError, match="no sample 'other'; the choices are thing"):
            fetch("other")

    def test_a_wrong_checksum_leaves_nothing(self, server, cache):
        server.put(THING, CONTENT[::-1])
        wrong = sample_of("x", CONTENT[::-1]).md5
        with pytest.raises(DownloadError, match=f"{wrong}; expected {THING.md5}.*Fetch it again"):
            fetch("thing", server=server.address)
        assert names(cache) == []

    def test_a_wrong_checksum_does_not_touch_what_was_there(self, server, cache):
        (cache / "thing.nii.gz").write_bytes(b"older")
        server.put(THING, CONTENT[::-1])
        with pytest.raises(DownloadError):
            fetch("thing", server=server.address)
        assert (cache / "thing.nii.gz").read_bytes() == b"older"

    def test_a_file_that_is_not_on_the_server_is_not_asked_for_again(self, server, cache):
        server.files.clear()
        with pytest.raises(DownloadError, match="404 Not Found"):
            fetch("thing", server=server.address)
        assert server.asked == [""]
        assert names(cache) == []

    def test_offline_fails_at_once_and_says_what_to_do(self, cache):
        with serving() as gone:
            address = gone.address
        began = time.monotonic()
        with pytest.raises(DownloadError) as caught:
            fetch("thing", server=address)
        assert time.monotonic() - began < 2
        message = str(caught.value)
        for words in (
            "seems to be offline",
            f"{address}/records/77/files/thing.nii.gz",
            f"save it as {cache / 'thing.nii.gz'}",
            "set MRSNR_DATA to a folder that has thing.nii.gz",
            "mrsnr.data.phantom()",
        ):
            assert words in message
        assert names(cache) == []

    def test_offline_with_a_damaged_file_says_so_and_keeps_it(self, cache):
        (cache / "thing.nii.gz").write_bytes(b"older")
        with serving() as gone:
            address = gone.address
        with pytest.raises(DownloadError, match=f"is there, but its md5 checksum .* {THING.md5}"):
            fetch("thing", server=address)
        assert (cache / "thing.nii.gz").read_bytes() == b"older"

    def test_a_server_that_says_nothing_is_given_up(self, monkeypatch):
        monkeypatch.setattr(download, "_READ_SECONDS", 0.2)
        with socket.create_server(("127.0.0.1", 0)) as mute:
            address = f"http://127.0.0.1:{mute.getsockname()[1]}"
            with pytest.raises(DownloadError, match=r"said nothing for 0\.2 s"):
                fetch("thing", server=address)

    def test_a_proxy_that_is_gone_is_named(self, monkeypatch):
        with serving() as gone:
            monkeypatch.setenv("HTTP_PROXY", gone.address)
            monkeypatch.setenv("http_proxy", gone.address)
        with pytest.raises(DownloadError, match="proxy that the environment names"):
            fetch("thing", server="http://sample.invalid")

    def test_a_folder_that_cannot_be_made(self, server, tmp_path):
        (tmp_path / "file").write_text("in the way")
        with pytest.raises(DownloadError, match=r"cannot be written: .*MRSNR_DATA"):
            fetch("thing", folder=tmp_path / "file" / "sub", server=server.address)
        assert server.asked == []

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
    def test_a_folder_that_is_read_only(self, server, cache):
        cache.chmod(0o500)
        try:
            with pytest.raises(DownloadError, match="cannot be written: Permission denied"):
                fetch("thing", server=server.address)
        finally:
            cache.chmod(0o700)

    def test_a_full_disk_is_not_called_a_network_fault(self, server):
        def full(done, total):
            raise OSError(28, "No space left on device")

        with pytest.raises(DownloadError, match="cannot be written: No space left on device"):
            fetch("thing", server=server.address, progress=full)

    @pytest.mark.parametrize("wrong", [{"server": "ftp://127.0.0.1"}, {"retries": -1}])
    def test_options_that_cannot_be(self, wrong):
        with pytest.raises(ArgumentError, match=next(iter(wrong))):
            fetch("thing", **wrong)


class TestCacheFolder:
    def test_is_what_the_environment_says(self, monkeypatch, tmp_path):
        monkeypatch.setenv("MRSNR_DATA", str(tmp_path))
        assert cache_folder() == tmp_path

    def test_takes_a_home_sign(self, monkeypatch, tmp_path):
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.setenv("MRSNR_DATA", "~/mine")
        assert cache_folder() == tmp_path / "mine"

    @pytest.mark.parametrize("value", [None, "", " "])
    def test_is_the_platforms_cache_otherwise(self, monkeypatch, tmp_path, value):
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
        monkeypatch.delenv("MRSNR_DATA")
        if value is not None:
            monkeypatch.setenv("MRSNR_DATA", value)
        assert tmp_path in cache_folder().parents
        assert cache_folder().name == "mrsnr"
