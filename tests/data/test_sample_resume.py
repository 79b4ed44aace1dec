"""Downloads that break off, and several at once."""

import multiprocessing
import threading
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import pytest

from mrsnr.data import fetch, locking
from mrsnr.errors import DownloadError
from sample_server import fetch_in_process, isolate, sample_of, serving

CONTENT = bytes(range(256)) * 2000  # 512 kB: several pieces
HALF = len(CONTENT) // 2
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


class TestResume:
    def test_half_a_file_is_kept_and_continued_by_the_next_call(self, server, cache):
        server.cuts = [HALF]
        with pytest.raises(DownloadError, match=rf"{HALF} bytes are kept in .*thing.nii.gz.part"):
            fetch("thing", server=server.address, retries=0)
        assert (cache / "thing.nii.gz.part").read_bytes() == CONTENT[:HALF]
        assert names(cache) == ["thing.nii.gz.part"]
        assert fetch("thing", server=server.address).read_bytes() == CONTENT
        assert server.asked == ["", f"bytes={HALF}-"]
        assert names(cache) == ["thing.nii.gz"]

    def test_progress_counts_what_was_kept(self, server, cache):
        (cache / "thing.nii.gz.part").write_bytes(CONTENT[:HALF])
        seen = []
        fetch("thing", server=server.address, progress=lambda *now: seen.append(now))
        assert seen[0] == (HALF, len(CONTENT))
        assert seen[-1] == (len(CONTENT), len(CONTENT))

    def test_within_one_call_by_retries(self, server):
        server.cuts = [1000, 2000]
        assert fetch("thing", server=server.address, retries=2).read_bytes() == CONTENT
        assert server.asked == ["", "bytes=1000-", "bytes=3000-"]

    def test_retries_are_bounded(self, server):
        server.cuts = [10] * 100
        with pytest.raises(DownloadError, match=f"ended after 30 of {len(CONTENT)}"):
            fetch("thing", server=server.address, retries=2)
        assert len(server.asked) == 3

    def test_a_server_that_ignores_ranges_sends_it_all(self, server, cache):
        (cache / "thing.nii.gz.part").write_bytes(CONTENT[:HALF])
        server.ignores_range = True
        assert fetch("thing", server=server.address).read_bytes() == CONTENT

    def test_a_server_that_sends_another_range_is_not_believed(self, server, cache):
        (cache / "thing.nii.gz.part").write_bytes(CONTENT[:HALF])
        server.wrong_range = True
        assert fetch("thing", server=server.address).read_bytes() == CONTENT
        assert server.asked == [f"bytes={HALF}-", ""]

    def test_a_part_longer_than_the_file_is_started_anew(self, server, cache):
        (cache / "thing.nii.gz.part").write_bytes(CONTENT + b"more")
        assert fetch("thing", server=server.address).read_bytes() == CONTENT
        assert server.asked == [f"bytes={len(CONTENT) + 4}-", ""]

    def test_a_part_that_is_whole_is_used(self, server, cache):
        (cache / "thing.nii.gz.part").write_bytes(CONTENT)
        assert fetch("thing", server=server.address).read_bytes() == CONTENT
        assert server.asked == []

    def test_a_part_of_something_else_is_started_anew(self, server, cache):
        (cache / "thing.nii.gz.part").write_bytes(b"x" * HALF)
        assert fetch("thing", server=server.address).read_bytes() == CONTENT
        assert server.asked == [f"bytes={HALF}-", ""]

    @pytest.mark.parametrize("status", [429, 503])
    def test_a_busy_server_is_asked_again(self, server, status):
        server.statuses = [status, status]
        assert fetch("thing", server=server.address).read_bytes() == CONTENT

    def test_a_server_that_hangs_up_is_asked_again(self, server):
        server.hangs_up = 2
        assert fetch("thing", server=server.address).read_bytes() == CONTENT

    def test_a_server_that_keeps_hanging_up_is_given_up(self, server):
        server.hangs_up = 9
        with pytest.raises(DownloadError, match="connection was dropped"):
            fetch("thing", server=server.address, retries=1)
        assert len(server.asked) == 2

    def test_an_interruption_by_the_user_keeps_the_part(self, server, cache):
        def stop(done, total):
            if done > HALF:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            fetch("thing", server=server.address, progress=stop)
        kept = (cache / "thing.nii.gz.part").read_bytes()
        assert len(kept) > HALF
        assert kept == CONTENT[: len(kept)]
        assert fetch("thing", server=server.address).read_bytes() == CONTENT


class TestAtOnce:
    def test_threads_download_once(self, server, cache):
        server.delay = 0.1
        with ThreadPoolExecutor(4) as pool:
            jobs = [pool.submit(fetch, "thing", server=server.address) for _ in range(4)]
            contents = {job.result().read_bytes() for job in jobs}
        assert contents == {CONTENT}
        assert server.asked == [""]
        assert names(cache) == ["thing.nii.gz"]

    def test_processes_download_once(self, server, cache):
        server.delay = 0.5
        spawn = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(2, mp_context=spawn) as pool:
            jobs = [pool.submit(fetch_in_process, THING, cache, server.address) for _ in range(2)]
            assert {job.result() for job in jobs} == {CONTENT}
        assert server.asked == [""]
        assert names(cache) == ["thing.nii.gz"]

    def test_the_second_goes_on_where_the_first_failed(self, server, cache):
        server.cuts = [HALF]
        waiting = threading.Event()

        def hold(done, total):
            if done == HALF:
                waiting.wait(5)

        with ThreadPoolExecutor(2) as pool:
            first = pool.submit(fetch, "thing", server=server.address, progress=hold, retries=0)
            while not (cache / "thing.nii.gz.part").exists():
                time.sleep(0.01)
            second = pool.submit(fetch, "thing", server=server.address)
            waiting.set()
            assert isinstance(first.exception(), DownloadError)
            assert second.result().read_bytes() == CONTENT
        assert server.asked == ["", f"bytes={HALF}-"]

    def test_a_writer_that_hangs_is_reported(self, server, cache, monkeypatch):
        monkeypatch.setattr(locking, "_STALLED_SECONDS", 0.2)
        part = cache / "thing.nii.gz.part"
        with (
            locking.sole_writer(part),
            pytest.raises(DownloadError, match=r"Another process is writing .*thing.nii.gz.part"),
        ):
            fetch("thing", server=server.address)

    def test_a_file_system_without_locks_still_works(self, server, monkeypatch, caplog):
        def no_locks(*_):
            raise OSError(95, "Operation not supported")

        monkeypatch.setattr("fcntl.flock", no_locks)
        assert fetch("thing", server=server.address).read_bytes() == CONTENT
        assert "cannot be locked" in caplog.text
