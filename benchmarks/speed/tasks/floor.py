"""The floor: reading a file, and decompressing it, and nothing else."""

# ruff: noqa: PLC0415 - a process imports what its own task needs, and nothing else

BLOCK = 2**20


def isal(path):
    """Read with igzip of ISA-L."""
    from isal import igzip

    return lambda: _read(igzip.open(path, "rb"))


def zlib_ng(path):
    """Read with zlib-ng."""
    from zlib_ng import gzip_ng

    return lambda: _read(gzip_ng.open(path, "rb"))


def stdlib(path):
    """Read with Python's own gzip."""
    import gzip

    return lambda: _read(gzip.open(path, "rb"))


def plain(path):
    """Read a file that is not compressed."""
    return lambda: _read(open(path, "rb", buffering=0))  # noqa: PTH123 - pathlib would be imported for it


def _read(file):
    block = bytearray(BLOCK)
    with file:
        while file.readinto(block):
            pass
