"""Zip archives, honest and hostile."""

import io
import stat
import struct
import zipfile

import pytest

from mrsnr.data import fetch, unpack
from mrsnr.errors import DownloadError
from sample_server import isolate, sample_of, serving

FILES = {"set/e1.nii.gz": b"one" * 1000, "set/e1.json": b"{}", "readme.txt": b"words"}


def zipped(files, *, mode=None, flags=0):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items() if isinstance(files, dict) else files:
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (mode or stat.S_IFREG | 0o644) << 16
            entry.flag_bits |= flags
            archive.writestr(entry, content)
    return buffer.getvalue()


def with_declared_size(archive, size):
    """Write another unpacked size into the archive's directory and the file's head."""
    changed = bytearray(archive)
    directory = changed.index(b"PK\x01\x02")
    changed[directory + 24 : directory + 28] = struct.pack("<I", size)
    changed[22:26] = struct.pack("<I", size)
    return bytes(changed)


@pytest.fixture
def cache(monkeypatch, tmp_path):
    return isolate(monkeypatch, tmp_path / "cache")


@pytest.fixture
def bring(monkeypatch, cache):
    """Fetch an archive as if it were sample data."""

    def bring(content):
        sample = sample_of("thing.zip", content)
        monkeypatch.setattr("mrsnr.data.sample.SAMPLES", {"thing": sample})
        with serving() as server:
            server.put(sample, content)
            return fetch("thing", server=server.address), server.asked

    return bring


def tree(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_the_folder_holds_the_archives_files(bring, cache):
    folder, _ = bring(zipped(FILES))
    assert folder == cache / "thing"
    assert tree(folder) == FILES
    assert names(cache) == ["thing", "thing.zip"]


def test_others_may_read_it_as_far_as_the_umask_lets_them(bring, cache):
    folder, _ = bring(zipped(FILES))
    made = cache / "by-hand"
    made.mkdir()
    assert folder.stat().st_mode == made.stat().st_mode


def test_what_is_unpacked_is_used_again(bring):
    folder, _ = bring(zipped(FILES))
    before = (folder / "readme.txt").stat()
    again, asked = bring(zipped(FILES))
    assert (again, asked) == (folder, [])
    assert (folder / "readme.txt").stat().st_ino == before.st_ino


@pytest.mark.parametrize("damage", ["missing", "shorter"])
def test_a_damaged_folder_is_unpacked_again_without_the_network(bring, cache, damage):
    folder, _ = bring(zipped(FILES))
    if damage == "missing":
        (folder / "set" / "e1.json").unlink()
    else:
        (folder / "set" / "e1.nii.gz").write_bytes(b"on")
    _, asked = bring(zipped(FILES))
    assert asked == []
    assert tree(folder) == FILES
    assert names(cache) == ["thing", "thing.zip"]


def test_an_interruption_leaves_nothing_half_done(bring, cache, monkeypatch):
    written = []
    write = unpack._write

    def interrupted(*args):
        if written:
            raise KeyboardInterrupt
        written.append(write(*args))

    with monkeypatch.context() as patch:
        patch.setattr(unpack, "_write", interrupted)
        with pytest.raises(KeyboardInterrupt):
            bring(zipped(FILES))
    assert names(cache) == ["thing.zip"]
    assert tree(bring(zipped(FILES))[0]) == FILES


def test_another_process_that_was_first_is_left_alone(bring, cache, monkeypatch):
    give_name = unpack._give_name

    def beaten(beside, folder, entries):
        other = beside.with_name("other")
        for name, content in FILES.items():
            (other / name).parent.mkdir(parents=True, exist_ok=True)
            (other / name).write_bytes(content)
        other.rename(folder)
        give_name(beside, folder, entries)

    monkeypatch.setattr(unpack, "_give_name", beaten)
    folder, _ = bring(zipped(FILES))
    assert tree(folder) == FILES
    assert names(cache) == ["thing", "thing.zip"]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("../outside.txt", "outside the folder"),
        ("a/../../outside.txt", "outside the folder"),
        ("/outside.txt", "not a relative path"),
        ("..\\outside.txt", "not a relative path"),
        ("C:outside.txt", "not a relative path"),
    ],
)
def test_a_name_that_leaves_the_folder_is_refused(bring, cache, tmp_path, name, reason):
    with pytest.raises(DownloadError, match=f"not safe to unpack.*{reason}"):
        bring(zipped({"good.txt": b"good", name: b"bad"}))
    assert names(cache) == ["thing.zip"]
    assert names(tmp_path) == ["cache"]


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFCHR, stat.S_IFIFO])
def test_a_link_or_a_device_is_refused(bring, cache, kind):
    with pytest.raises(DownloadError, match="link or a device"):
        bring(zipped({"link": b"/etc/passwd"}, mode=kind | 0o777))
    assert names(cache) == ["thing.zip"]


def test_an_encrypted_file_is_refused(bring):
    plain = bytearray(zipped({"secret": b"?"}))
    plain[plain.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(DownloadError, match="is encrypted"):
        bring(bytes(plain))


def test_two_files_of_one_name_are_refused(bring):
    with pytest.raises(DownloadError, match="is there twice"):
        bring(zipped([("a.txt", b"1"), ("A.TXT", b"2")]))


def test_a_bomb_by_its_declared_size_is_refused(bring, cache):
    with pytest.raises(DownloadError, match="would unpack to 4294967040 bytes"):
        bring(with_declared_size(zipped({"bomb": bytes(1000)}), 0xFFFFFF00))
    assert names(cache) == ["thing.zip"]


@pytest.mark.parametrize("declared", [10, 5000])
def test_a_size_that_is_a_lie_is_found_out(bring, cache, declared):
    with pytest.raises(DownloadError, match="not a zip archive that can be read"):
        bring(with_declared_size(zipped({"bomb": bytes(1000)}), declared))
    assert names(cache) == ["thing.zip"]


def test_too_many_files_are_refused(bring, monkeypatch):
    monkeypatch.setattr(unpack, "MOST_FILES", 2)
    with pytest.raises(DownloadError, match="has 3 entries; at most 2"):
        bring(zipped(FILES))


def test_what_is_no_archive_is_refused(bring, cache):
    with pytest.raises(DownloadError, match="not a zip archive that can be read"):
        bring(b"<html>no</html>")
    assert names(cache) == ["thing.zip"]


def test_a_folder_that_cannot_be_made_is_an_error(bring, monkeypatch):
    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(unpack, "_unpack_beside", refuse)
    with pytest.raises(DownloadError, match=r"cannot be unpacked into .*Permission denied"):
        bring(zipped(FILES))
