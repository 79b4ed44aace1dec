"""``mrsnr info``: what a file holds."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mrsnr.cli.status import OK

if TYPE_CHECKING:
    from mrsnr.model import Image

# Of the sidecar only what bears on the signal and its noise: who and where the patient was stays in the file.
_PHYSICS = (
    "Manufacturer",
    "ManufacturersModelName",
    "MagneticFieldStrength",
    "MRAcquisitionType",
    "ScanningSequence",
    "ImageType",
    "RepetitionTime",
    "EchoTime",
    "InversionTime",
    "FlipAngle",
    "PixelBandwidth",
    "NumberOfAverages",
    "ReceiveCoilName",
    "CoilString",
    "ParallelReductionFactorInPlane",
    "PartialFourier",
    "PhaseEncodingDirection",
    "PhaseEncodingAxis",
    "SliceThickness",
    "SpacingBetweenSlices",
)


def add_parser(commands: Any) -> None:
    """Add the subcommand."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "info", help="say what a file holds", description="Say what an image file holds, without measuring it."
    )
    parser.add_argument("image", type=Path, metavar="IMAGE", help="NIfTI file, 2-D to 4-D")
    parser.add_argument("--json", action="store_true", help="print one JSON document and nothing else")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print dimensions, voxel size, the affine in words, the kind and the sidecar."""
    import mrsnr

    image = mrsnr.load(args.image)
    if args.json:
        print(json.dumps(_plain(args.image, image), indent=2, allow_nan=False, ensure_ascii=False))
    else:
        _show(args.image, image)
    return OK


def _plain(path: Path, image: Image) -> dict[str, Any]:
    from mrsnr.io.document import plain
    from mrsnr.orientation import explain_affine

    described: dict[str, Any] = plain(
        {
            "schema": 1,
            "source": {"name": path.name},
            "shape": image.shape,
            "volumes": image.volumes,
            "stored_as": str(image.data.dtype),
            "voxel_size_mm": image.voxel_size,
            "affine": image.affine,
            "orientation": explain_affine(image),
            "kind": image.kind,
            "tr_s": image.meta.get("tr"),
            "te_s": image.meta.get("te"),
            "sidecar": _physics(image),
        }
    )
    return described


def _physics(image: Image) -> dict[str, Any]:
    sidecar = image.meta.get("sidecar", {})
    return {key: sidecar[key] for key in _PHYSICS if key in sidecar}


def _show(path: Path, image: Image) -> None:
    from rich.markup import escape

    from mrsnr.cli.console import output
    from mrsnr.orientation import explain_affine

    console = output()
    size = " x ".join(str(count) for count in image.grid)
    voxel = " x ".join(f"{edge:.4g}" for edge in image.voxel_size)
    console.print(f"[bold]{escape(path.name)}[/]")
    console.print(f"{size} voxels of {voxel} mm, {image.volumes} volume{'s' * (image.volumes != 1)}")
    console.print(f"{image.kind}, stored as {image.data.dtype}")
    for name, key in (("repetition time", "tr"), ("echo time", "te")):
        if key in image.meta:
            console.print(f"{name} {1000 * image.meta[key]:.4g} ms")
    for sentence in explain_affine(image):
        console.print(sentence)
    physics = _physics(image)
    console.print("The sidecar says:" if physics else "There is no sidecar that says more.")
    for key, value in physics.items():
        console.print(f"  {key}: {escape(str(value))}")
