"""Mosaics: the slices of a volume as tiles of one large frame, as Siemens and United Imaging store series."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from mrsnr.errors import UnreadableError
from mrsnr.io.dicom.csa import csa
from mrsnr.io.dicom.header import Header

_MOST_TILES = 4096


@dataclass(frozen=True, slots=True)
class Tile:
    """A slice in a mosaic: where it begins there, how large it is, and where its first pixel is in the patient."""

    row: int
    column: int
    rows: int
    columns: int
    position: tuple[float, ...] | None


def tiles(header: Header, rows: int, columns: int, name: str) -> list[Tile] | list[None]:
    """Return the tiles of a frame, in the order of the slices; one ``None`` if it is no mosaic.

    Parameters
    ----------
    header
        Of the frame.
    rows, columns
        Its size.
    name
        Of the file, for errors.

    Raises
    ------
    UnreadableError
        If it is said to be a mosaic and cannot be taken apart.
    """
    uih = header.whole("UihTiles") if header.items("UihFrames") else None
    if uih is None and ("MOSAIC" not in header.words("ImageType") or header.items("FrameGroups")):
        return [None]  # enhanced files of newer Siemens scanners keep the word, not the tiles
    named = csa(header.raw("SiemensImage"))
    count = uih or header.whole("SiemensTiles") or int(next(iter(named.numbers("NumberOfImagesInMosaic")), 0))
    if not 1 <= count <= _MOST_TILES:
        raise UnreadableError(
            f"{name} is a mosaic of slices, and its header does not say of how many. Export it with the private "
            "elements of the vendor."
        )
    across = math.ceil(math.sqrt(count))
    size = (rows // across, columns // across)
    if min(size) < 1 or rows % across or columns % across:
        raise UnreadableError(
            f"{name} is damaged or was made smaller: its header says a mosaic of {count} slices, {across} x {across} "
            f"tiles, and these do not fit into {rows} x {columns} pixels."
        )
    if uih is not None:
        positions = [Header((item,)).numbers("ImagePosition") for item in header.items("UihFrames")]
        where = [tuple(map(float, p)) if len(p) == 3 else None for p in positions[:count]]
        where += [None] * (count - len(where))
    else:
        where = _siemens_positions(header, named.numbers("SliceNormalVector"), (rows, columns), size, count)
    return [Tile(k // across * size[0], k % across * size[1], *size, position) for k, position in enumerate(where)]


def _siemens_positions(
    header: Header, normal: tuple[float, ...], whole: tuple[int, int], size: tuple[int, int], count: int
) -> list[tuple[float, ...] | None]:
    """Return where the slices are.

    The header gives the corner of a slice as large as the mosaic, around the same centre as the first slice.
    """
    corner, cosines = header.numbers("ImagePosition"), header.numbers("ImageOrientation")
    spacing = header.numbers("PixelSpacing")
    if len(corner) != 3 or len(cosines) != 6 or len(spacing) != 2:
        return [None] * count
    along_row, along_column = np.array(cosines[:3], float), np.array(cosines[3:], float)
    across = np.array(normal, float) if len(normal) == 3 else np.cross(along_row, along_column)
    first = np.array(corner, float)
    first += along_row * spacing[1] * (whole[1] - size[1]) / 2
    first += along_column * spacing[0] * (whole[0] - size[0]) / 2
    step = header.number("SpacingBetweenSlices") or header.number("SliceThickness") or 1.0
    return [tuple(map(float, first + k * step * across)) for k in range(count)]
