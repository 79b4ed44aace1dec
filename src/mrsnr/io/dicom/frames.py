"""From files to frames: one record for every slice that was scanned, however the vendor packs them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from mrsnr.errors import UnreadableError
from mrsnr.io.dicom.files import File
from mrsnr.io.dicom.header import Header, flattened
from mrsnr.io.dicom.mosaic import Tile, tiles

Vector = tuple[float, ...]

_VENDOR_COPIES = ("PhilipsFrame", "SiemensFrame", "SiemensShared")
_OWN = frozenset(_VENDOR_COPIES)
_WIDEST = 1e4  # mm, of a pixel
_MOST_FRAMES = 1_000_000
_GE_COMPONENTS = ("magnitude", "phase", "real", "imaginary")
_COMPONENTS = {
    "M": "magnitude",
    "MAGNITUDE": "magnitude",
    "P": "phase",
    "PHASE": "phase",
    "PHASE MAP": "phase",
    "R": "real",
    "REAL": "real",
    "I": "imaginary",
    "IMAGINARY": "imaginary",
}


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One slice of one volume.

    Parameters
    ----------
    file
        Where its pixels are.
    number
        Which frame of the file, from 0.
    tile
        Which part of that frame, if it is a mosaic of slices.
    header
        What is known of it.
    rows, columns
        Its size in pixels.
    position
        Centre of its first pixel in DICOM's millimetres (left, posterior, superior), if known.
    orientation
        Direction in which columns count up, then that in which rows do: six cosines, if known.
    """

    file: File
    number: int
    tile: Tile | None
    header: Header
    rows: int
    columns: int
    position: Vector | None
    orientation: Vector | None

    @property
    def scale(self) -> tuple[float, float]:
        """Slope and intercept from stored values to those of the image."""
        slope = self.header.number("RescaleSlope")
        intercept = self.header.number("RescaleIntercept")
        return slope or 1.0, 0.0 if intercept is None else intercept

    @property
    def padding(self) -> tuple[int, int] | None:
        """Smallest and largest stored value of pixels that were never scanned; ``None`` if they would read 0.

        Zeros are told from air by the checks, as in other formats, and some scanners declare them where noise has them.
        """
        limits = padding_limits(self.header)
        read_as_zero = set(limits) == {0} and self.scale[1] == 0
        return (min(limits), max(limits)) if limits and not read_as_zero else None

    @property
    def spacing(self) -> Vector | None:
        """Distance of rows, then of columns, in mm."""
        spacing = self.header.numbers("PixelSpacing")
        return spacing[:2] if len(spacing) >= 2 and all(0 < number < _WIDEST for number in spacing[:2]) else None

    @property
    def echo_time(self) -> float | None:
        """Echo time in ms."""
        return _first(self.header, "EchoTime", "EffectiveEchoTime")

    @property
    def types(self) -> tuple[str, ...]:
        """What the image is, in the scanner's words."""
        return self.header.words("FrameType") or self.header.words("ImageType")

    @property
    def kind(self) -> str:
        """Magnitude unless the header says otherwise."""
        component = self.header.whole("GeComponent")
        if component is not None and 0 <= component < len(_GE_COMPONENTS):
            return _GE_COMPONENTS[component]
        copies = (Header((item,)) for name in _VENDOR_COPIES for item in self.header.items(name)[:1])
        said = chain(
            self.header.words("ComplexImageComponent"),
            self.types,
            (word for copy in copies for word in copy.words("ImageType")),  # of Philips, where the others say MIXED
        )
        return next((_COMPONENTS[word] for word in said if word in _COMPONENTS), "magnitude")


def _first(header: Header, *names: str) -> float | None:
    return next((number for name in names if (number := header.number(name)) is not None), None)


def padding_limits(header: Header) -> list[int]:
    """Return the stored value of pixels that were never scanned, and the other end of their range if there is one.

    They have 16 bits and the sign of the pixels, whatever the file says of their type.
    """
    first = header.whole("PixelPaddingValue")
    if first is None:
        return []
    last, signed = header.whole("PixelPaddingRangeLimit"), bool(header.whole("PixelRepresentation"))
    limits = [value & 0xFFFF for value in (first, last) if value is not None]
    return [value - 0x10000 if signed and value & 0x8000 else value for value in limits]


def b_value(header: Header) -> float | None:
    """Return the b-value in s/mm2, if the header has one."""
    ge = header.number("GeBValue")
    if ge is not None:
        return ge % 1e9 if ge >= 0 else None  # GE adds 1e9 to tell newer software from older
    return _first(header, "DiffusionBValue", "SiemensBValue", "PhilipsBValue", "UihBValue")


def inversion_time(header: Header) -> float | None:
    """Return the inversion time in ms, if the header has one."""
    return _first(header, "InversionTime", "InversionTimes")


def frames_of(file: File) -> Iterator[Frame]:
    """Yield the frames of a file.

    Raises
    ------
    UnreadableError
        If its header contradicts itself.
    """
    rows, columns = file.header.whole("Rows"), file.header.whole("Columns")
    if not rows or not columns or min(rows, columns) < 1:
        raise UnreadableError(f"{file.source.name} is damaged: its header gives {rows} rows and {columns} columns.")
    count = file.header.whole("NumberOfFrames")
    count = 1 if count is None else count
    groups = file.header.items("FrameGroups")
    if not 1 <= count <= _MOST_FRAMES or (groups and len(groups) < count):
        raise UnreadableError(
            f"{file.source.name} is damaged: its header gives {count} frames"
            + (f" and describes {len(groups)}." if groups else ".")
        )
    shared = [flattened(item, without=_OWN) for item in file.header.items("SharedGroups")[:1]]
    placed = count == 1 or bool(groups) or _is_film(file.header)  # else the place is that of the first frame
    for number in range(count):
        header = file.header
        if groups or shared:
            own = [flattened(groups[number], without=_OWN)] if groups else []
            header = header.above(*own, *shared)
        for copies in _VENDOR_COPIES:
            header = header.below(*(flattened(item) for item in header.items(copies)[:1]))
        for tile in tiles(header, rows, columns, file.source.name):
            yield Frame(
                file,
                number,
                tile,
                header,
                tile.rows if tile else rows,
                tile.columns if tile else columns,
                (tile.position if tile else None) or (_vector(header, "ImagePosition", 3) if placed else None),
                _vector(header, "ImageOrientation", 6),
            )


def _is_film(header: Header) -> bool:
    """Return whether frames that have no header of their own follow each other in time."""
    return bool(header.numbers("FrameTime") or header.numbers("FrameTimeVector"))


def _vector(header: Header, name: str, length: int) -> Vector | None:
    numbers = header.numbers(name)
    return tuple(map(float, numbers[:length])) if len(numbers) >= length else None
