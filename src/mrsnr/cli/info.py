"""``mrsnr info``: what a file holds."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from mrsnr.cli.inputs import add_file, import_nibabel
from mrsnr.cli.outcome import UNUSABLE, Outcome, failed
from mrsnr.cli.reading import add_choice_options, add_identifiers_option
from mrsnr.cli.status import OK
from mrsnr.cli.streams import emit_json, say

if TYPE_CHECKING:
    from mrsnr.model import Image

# Of the sidecar only what bears on the signal and its noise: who and where the patient was stays in the file.
SIDECAR_FIELDS = (
    "Manufacturer",
    "ManufacturersModelName",
    "SoftwareVersions",
    "MagneticFieldStrength",
    "MRAcquisitionType",
    "ScanningSequence",
    "SequenceVariant",
    "ScanOptions",
    "SequenceName",
    "ImageType",
    "ImageTypeText",
    "Units",
    "RepetitionTime",
    "RepetitionTimeExcitation",
    "EchoTime",
    "EchoNumber",
    "EchoTrainLength",
    "InversionTime",
    "FlipAngle",
    "PixelBandwidth",
    "WaterFatShift",
    "NumberOfAverages",
    "AcquisitionDuration",
    "ReceiveCoilName",
    "CoilString",
    "ReceiveCoilActiveElements",
    "NumberReceiveCoilActiveElements",
    "CoilCombinationMethod",
    "MatrixCoilMode",
    "ParallelAcquisitionTechnique",
    "ParallelReductionFactorInPlane",
    "ParallelReductionFactorOutOfPlane",
    "MultibandAccelerationFactor",
    "CompressedSensingFactor",
    "DeepLearning",
    "PartialFourier",
    "PartialFourierEnabled",
    "PhaseEncodingDirection",
    "PhaseEncodingAxis",
    "BaseResolution",
    "AcquisitionMatrixPE",
    "ReconMatrixPE",
    "PhaseEncodingStepsOutOfPlane",
    "PhaseOversampling",
    "AcquisitionVoxelSize",
    "SliceThickness",
    "SpacingBetweenSlices",
    "NonlinearGradientCorrection",
    "PixelPaddingValue",
    "PixelPaddingRangeLimit",
    "PhilipsRescaleSlope",
    "PhilipsRescaleIntercept",
    "PhilipsScaleSlope",
    "UsePhilipsFloatNotDisplayScaling",
)
_UNITS = {
    "MagneticFieldStrength": "T",
    "RepetitionTimeExcitation": "s",
    "InversionTime": "s",
    "FlipAngle": "degrees",
    "PixelBandwidth": "Hz per pixel",
    "WaterFatShift": "pixels",
    "AcquisitionDuration": "s",
    "AcquisitionVoxelSize": "mm",
    "SliceThickness": "mm",
    "SpacingBetweenSlices": "mm",
}
_SHOWN_ABOVE = ("RepetitionTime", "EchoTime")


def add_parser(commands: Any) -> None:
    """Add the subcommand."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "info",
        help="say what a file holds",
        description="Say what an image file holds, without measuring it: size, kind, how it lies in the scanner, and "
        "what the JSON beside it says about the scan.",
    )
    add_file(parser, "image", metavar="IMAGE", help="image file or DICOM folder, 2-D to 4-D")
    add_choice_options(parser)
    add_identifiers_option(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON document and nothing else")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print dimensions, voxel size, the affine in words, the kind and the sidecar."""
    from mrsnr import load

    import_nibabel()
    try:
        image = load(args.image, series=args.series, part=args.part, keep_identifiers=args.keep_identifiers)
    except UNUSABLE as error:
        outcome = Outcome.of_error(args.image, error)
        say(outcome.sentence)
        if args.json:
            emit_json({"schema": 1, **failed(outcome, given=[args.image])})
        return outcome.status
    if args.json:
        emit_json(_plain(image))
    else:
        _show(image)
    return OK


def _plain(image: Image) -> dict[str, Any]:
    from mrsnr.io.document import plain, source_of
    from mrsnr.orientation import explain_affine

    described: dict[str, Any] = plain(
        {
            "schema": 1,
            "source": source_of(image.meta),
            "kind": image.kind,
            "shape": image.shape,
            "volumes": image.volumes,
            "stored_as": image.data.dtype.name,
            "voxel_size_mm": image.voxel_size,
            "affine": image.affine,
            "orientation": explain_affine(image),
            "tr_s": image.meta.get("tr"),
            "te_s": image.meta.get("te"),
            "sidecar": _physics(image),
            **{key: image.meta[key] for key in ("identifiers",) if key in image.meta},
        }
    )
    return described


def _physics(image: Image) -> dict[str, Any]:
    sidecar = image.meta.get("sidecar", {})
    return {key: sidecar[key] for key in SIDECAR_FIELDS if key in sidecar}


def _show(image: Image) -> None:
    from mrsnr.cli.console import facts, show, words
    from mrsnr.io.document import source_name

    physics = {key: value for key, value in _physics(image).items() if key not in _SHOWN_ABOVE}
    parts = [words(source_name(image.meta) or "", "bold"), facts(_facts(image))]
    if physics:
        heading = "The JSON beside it says:" if "nifti" in image.meta else "The header says:"
        parts += [words(heading), facts((key, _said(key, value)) for key, value in physics.items())]
    if image.meta.get("identifiers"):
        kept = image.meta["identifiers"].items()
        parts += [words("Who, where and when:"), facts((key, str(value)) for key, value in kept)]
    show(*parts)


def _facts(image: Image) -> Iterator[tuple[str, str]]:
    from mrsnr.orientation import explain_affine

    yield "kind", f"{image.kind}, stored as {image.data.dtype.name}"
    yield "size", " x ".join(map(str, image.grid)) + " voxels"
    yield "voxel", " x ".join(f"{edge:.4g}" for edge in image.voxel_size) + " mm"
    yield "volumes", str(image.volumes)
    for name, key in (("repetition time", "tr"), ("echo time", "te")):
        if key in image.meta:
            yield name, f"{1000 * image.meta[key]:.4g} ms"
    first, *others = explain_affine(image)
    yield "orientation", first
    yield from (("", sentence) for sentence in others)


def _said(key: str, value: object) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return f"{text} {_UNITS[key]}" if key in _UNITS else text
