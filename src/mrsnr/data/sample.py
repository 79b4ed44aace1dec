"""Public sample data: what there is, where it is, and the verified file on this machine."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, BinaryIO

from mrsnr.data.download import Progress, ResumingDownloader, TransferError
from mrsnr.data.locking import sole_writer
from mrsnr.data.unpack import unpack
from mrsnr.errors import ArgumentError, DownloadError

SERVER = "https://zenodo.org"
_FOLDER_VARIABLE = "MRSNR_DATA"


@dataclass(frozen=True)
class Sample:
    """One file of a public record.

    ``md5`` is the checksum that the file must have; ``licence`` the terms that the record states.
    """

    name: str
    record: str
    file: str
    md5: str
    licence: str
    description: str

    @property
    def url(self) -> str:
        """The address of the file."""
        return self.address(SERVER)

    @property
    def is_archive(self) -> bool:
        """Whether the file is a zip, that is unpacked into a folder."""
        return self.file.endswith(".zip")

    def address(self, server: str) -> str:
        """Return the address of the file on a server that is laid out like Zenodo."""
        return f"{server.rstrip('/')}/records/{self.record}/files/{self.file}"


def _sample(name: str, record: str, file: str, md5: str, description: str) -> Sample:
    # The terms are not repeated here: what the record says is what holds.
    return Sample(name, record, file, md5, f"see the record, {SERVER}/records/{record}", description)


_ALL = (
    _sample(
        "t2w_volume_philips",
        "4897994",
        "03301__T2W_TSE_Cor_BH_SENSE2_SPAIR.nii.gz",
        "276b904142677026a04659505d923134",
        "T2-weighted turbo spin echo of the kidneys, coronal, breath-hold, Philips, 256 x 256 x 13",
    ),
    _sample(
        "t1w_volume_philips",
        "4897994",
        "03001__sT1W_FFE_IP_60.nii.gz",
        "02f90f0fc8277e09144c21d3fc75a8b7",
        "T1-weighted fast field echo of the kidneys, Philips",
    ),
    _sample(
        "t2star_philips",
        "4762497",
        "philips.zip",
        "396a61bed653dd43d56241ad5b7a9765",
        "T2* series of the kidneys, Philips: one NIfTI file and JSON per echo",
    ),
    _sample(
        "t2star_ge",
        "4762487",
        "ge.zip",
        "7bc144c263444a3841e1c443444ccecb",
        "T2* series of the kidneys, GE: one NIfTI file and JSON per echo",
    ),
    _sample(
        "t2star_siemens",
        "4762501",
        "siemens.zip",
        "f3378e0f1b93e302b6d6fba29bdb7e73",
        "T2* series of the kidneys, Siemens: one NIfTI file and JSON per echo",
    ),
    _sample(
        "tsnr_high_philips",
        "5544245",
        "high_tsnr.nii.gz",
        "382bc6850f9462994c723103d3d92ee0",
        "FAIR ASL time series, Philips body coil: high temporal SNR",
    ),
    _sample(
        "tsnr_low_philips",
        "5544245",
        "low_tsnr.nii.gz",
        "050c7ef07574d893b3511796050748fe",
        "FAIR ASL time series, Philips bore coil, noise added: low temporal SNR",
    ),
)

SAMPLES: Mapping[str, Sample] = MappingProxyType({sample.name: sample for sample in _ALL})
"""Every sample by its name."""


def cache_folder() -> Path:
    """Return where sample data are kept: the folder ``MRSNR_DATA``, else the platform's cache."""
    import pooch  # noqa: PLC0415 - `import mrsnr` does not pay for it

    named = os.environ.get(_FOLDER_VARIABLE, "").strip()
    return Path(named).expanduser() if named else Path(pooch.os_cache("mrsnr"))


def fetch(
    name: str,
    *,
    folder: str | Path | None = None,
    server: str = SERVER,
    progress: Progress | None = None,
    retries: int = 3,
) -> Path:
    """Return the path of a sample, downloading it if this machine does not have it yet.

    A file in the folder whose checksum is right is used without any network. A download that breaks
    off leaves ``FILE.part``, and the next call continues it; the file gets its name only when its
    checksum is right.

    Parameters
    ----------
    name
        One of `SAMPLES`.
    folder
        Where the data are kept; `cache_folder` by default.
    server
        Where the records are; another one must be laid out like Zenodo.
    progress
        Called with the bytes that are there and the bytes that there will be (``None``: not known).
    retries
        How often a broken transfer is taken up again within this call. A server that was never
        reached is not tried again: a machine without a network gets its answer at once.

    Returns
    -------
    The file, or for a zip archive the folder that it was unpacked into.

    Raises
    ------
    ArgumentError
        If there is no such sample, or an option cannot be used.
    DownloadError
        If the file could not be fetched, verified, written or unpacked; it says what to do.
    """
    sample = _known(name)
    if not server.startswith(("https://", "http://")):
        raise ArgumentError(f"The server is {server!r}; expected an address that begins with https:// or http://.")
    if retries < 0:
        raise ArgumentError(f"retries is {retries}; expected 0 or more.")
    where = cache_folder() if folder is None else Path(folder).expanduser()
    target = where / sample.file
    if _md5(target) != sample.md5:
        _bring(sample, target, server, ResumingDownloader(progress=progress, retries=retries))
    return unpack(target, where / sample.name) if sample.is_archive else target


def _known(name: str) -> Sample:
    if name not in SAMPLES:
        raise ArgumentError(f"There is no sample {name!r}; the choices are {', '.join(SAMPLES)}.")
    return SAMPLES[name]


def _md5(path: Path) -> str | None:
    """Return the checksum of a file, ``None`` if it is not there or cannot be read."""
    import pooch  # noqa: PLC0415 - `import mrsnr` does not pay for it

    try:
        return str(pooch.file_hash(path, alg="md5"))
    except OSError:
        return None


def _registry(sample: Sample, folder: Path, server: str) -> Any:
    """Return the pooch that knows the address and the checksum of a sample."""
    import pooch  # noqa: PLC0415 - `import mrsnr` does not pay for it

    return pooch.create(
        path=folder,
        base_url="",
        registry={sample.file: f"md5:{sample.md5}"},
        urls={sample.file: sample.address(server)},
    )


def _bring(sample: Sample, target: Path, server: str, download: ResumingDownloader) -> None:
    """Download beside the target and rename, with no other process at it."""
    url = _registry(sample, target.parent, server).get_url(sample.file)
    part = target.with_name(f"{target.name}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with sole_writer(part) as file:
            if _md5(target) != sample.md5:  # another process may have brought it meanwhile
                _fill(sample, url, part, file, download)
                part.replace(target)
    except TransferError as error:
        raise DownloadError(_advice(sample, url, target, part, str(error))) from error
    except DownloadError:  # is an OSError itself
        raise
    except OSError as error:
        raise DownloadError(
            f"{target} cannot be written: {error.strerror or error}. Give a folder that can be, "
            f"with {_FOLDER_VARIABLE} or with the folder option."
        ) from error


def _fill(sample: Sample, url: str, part: Path, file: BinaryIO, download: ResumingDownloader) -> None:
    """Download until the checksum is right: twice, if it began with the part of an earlier call."""
    found: str | None = None
    for _ in range(2):
        resumed = file.seek(0, os.SEEK_END) > 0
        if not resumed or _md5(part) != sample.md5:
            download(url, file)
        found = _md5(part)
        if found == sample.md5:
            return
        file.truncate(0)
        if not resumed:
            break
    raise DownloadError(
        f"{sample.name}: the file from {url} has the md5 checksum {found}; expected {sample.md5}. "
        "It was removed. Fetch it again; if this comes back, the server or something on the way "
        "(a proxy, a sign-in page) sends another file, and a newer version of mrsnr may know it."
    )


def _advice(sample: Sample, url: str, target: Path, part: Path, why: str) -> str:
    there = ""
    if target.is_file():
        there = f"{target} is there, but its md5 checksum is {_md5(target)} and not {sample.md5}. "
    if part.is_file():
        kept = part.stat().st_size
        there += f"{kept} bytes are kept in {part}: fetching again continues from there. "
    return (
        f"{sample.name} could not be fetched from {url}. {why} {there}"
        f"What you can do: download that address by hand, on any machine, and save it as {target}; "
        f"or set {_FOLDER_VARIABLE} to a folder that has {sample.file}; "
        "or use mrsnr.data.phantom(), which needs no download."
    )
