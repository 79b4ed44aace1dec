"""The elements of a DICOM header that are read; all others, those that name the patient among them, never are."""

from __future__ import annotations

_IMAGE = {
    "SpecificCharacterSet": (0x00080005, b"CS"),
    "ImageType": (0x00080008, b"CS"),
    "SopClass": (0x00080016, b"UI"),
    "SopInstance": (0x00080018, b"UI"),
    "AcquisitionDate": (0x00080022, b"DA"),
    "AcquisitionDateTime": (0x0008002A, b"DT"),
    "AcquisitionTime": (0x00080032, b"TM"),
    "ContentTime": (0x00080033, b"TM"),
    "Modality": (0x00080060, b"CS"),
    "Manufacturer": (0x00080070, b"LO"),
    "SeriesDescription": (0x0008103E, b"LO"),
    "ManufacturersModelName": (0x00081090, b"LO"),
    "FrameType": (0x00089007, b"CS"),
    "ComplexImageComponent": (0x00089208, b"CS"),
    "SeriesInstance": (0x0020000E, b"UI"),
    "SeriesNumber": (0x00200011, b"IS"),
    "AcquisitionNumber": (0x00200012, b"IS"),
    "InstanceNumber": (0x00200013, b"IS"),
    "ImagePosition": (0x00200032, b"DS"),
    "ImageOrientation": (0x00200037, b"DS"),
    "TemporalPositionIdentifier": (0x00200100, b"IS"),
    "SliceLocation": (0x00201041, b"DS"),
    "StackId": (0x00209056, b"SH"),
    "InStackPosition": (0x00209057, b"UL"),
    "TemporalPositionIndex": (0x00209128, b"UL"),
    "FrameAcquisitionNumber": (0x00209156, b"US"),
    "SamplesPerPixel": (0x00280002, b"US"),
    "PhotometricInterpretation": (0x00280004, b"CS"),
    "PlanarConfiguration": (0x00280006, b"US"),
    "NumberOfFrames": (0x00280008, b"IS"),
    "Rows": (0x00280010, b"US"),
    "Columns": (0x00280011, b"US"),
    "PixelSpacing": (0x00280030, b"DS"),
    "BitsAllocated": (0x00280100, b"US"),
    "BitsStored": (0x00280101, b"US"),
    "HighBit": (0x00280102, b"US"),
    "PixelRepresentation": (0x00280103, b"US"),
    "RescaleIntercept": (0x00281052, b"DS"),
    "RescaleSlope": (0x00281053, b"DS"),
}
_SCAN = {
    "ScanningSequence": (0x00180020, b"CS"),
    "SequenceVariant": (0x00180021, b"CS"),
    "ScanOptions": (0x00180022, b"CS"),
    "MRAcquisitionType": (0x00180023, b"CS"),
    "SequenceName": (0x00180024, b"SH"),
    "SliceThickness": (0x00180050, b"DS"),
    "RepetitionTime": (0x00180080, b"DS"),
    "EchoTime": (0x00180081, b"DS"),
    "InversionTime": (0x00180082, b"DS"),
    "NumberOfAverages": (0x00180083, b"DS"),
    "EchoNumber": (0x00180086, b"IS"),
    "MagneticFieldStrength": (0x00180087, b"DS"),
    "SpacingBetweenSlices": (0x00180088, b"DS"),
    "PixelBandwidth": (0x00180095, b"DS"),
    "SoftwareVersions": (0x00181020, b"LO"),
    "ProtocolName": (0x00181030, b"LO"),
    "TriggerTime": (0x00181060, b"DS"),
    "ReceiveCoilName": (0x00181250, b"SH"),
    "InPlanePhaseEncodingDirection": (0x00181312, b"CS"),
    "FlipAngle": (0x00181314, b"DS"),
    "PulseSequenceName": (0x00189005, b"SH"),
    "MultiCoilElementUsed": (0x00189048, b"CS"),
    "ParallelReductionFactorInPlane": (0x00189069, b"FD"),
    "FrameAcquisitionDateTime": (0x00189074, b"DT"),
    "ParallelAcquisitionTechnique": (0x00189078, b"CS"),
    "InversionTimes": (0x00189079, b"FD"),
    "PartialFourier": (0x00189081, b"CS"),
    "EffectiveEchoTime": (0x00189082, b"FD"),
    "DiffusionBValue": (0x00189087, b"FD"),
    "NominalTriggerDelay": (0x00209153, b"FD"),
}
_GROUPS = {  # the functional groups of a frame, as far as something is wanted from them
    "SharedGroups": 0x52009229,
    "FrameGroups": 0x52009230,
    "ReceiveCoil": 0x00189042,
    "MultiCoil": 0x00189045,
    "Timing": 0x00189112,
    "Echo": 0x00189114,
    "Modifier": 0x00189115,
    "Diffusion": 0x00189117,
    "CardiacSynchronization": 0x00189118,
    "Averages": 0x00189119,
    "FieldOfView": 0x00189125,
    "MrFrameType": 0x00189226,
    "FrameContent": 0x00209111,
    "PlanePosition": 0x00209113,
    "PlaneOrientation": 0x00209116,
    "PixelMeasures": 0x00289110,
    "PixelValueTransformation": 0x00289145,
}
_PRIVATE = {
    ("SIEMENS MR HEADER", 0x0019, 0x0A): ("SiemensTiles", b"US"),
    ("SIEMENS MR HEADER", 0x0019, 0x0C): ("SiemensBValue", b"IS"),
    ("SIEMENS MR HEADER", 0x0051, 0x0F): ("SiemensCoil", b"LO"),
    ("SIEMENS MR HEADER", 0x0051, 0x11): ("SiemensParallel", b"LO"),
    ("SIEMENS CSA HEADER", 0x0029, 0x10): ("SiemensImage", b"OB"),
    ("SIEMENS CSA HEADER", 0x0029, 0x20): ("SiemensProtocol", b"OB"),
    ("SIEMENS MR SDS 01", 0x0021, 0x19): ("SiemensProtocol", b"OB"),
    ("SIEMENS MR SDI 02", 0x0021, 0x1C): ("SiemensPhaseEncodingPositive", b"IS"),
    ("SIEMENS MR SDI 02", 0x0021, 0x4F): ("SiemensCoil", b"LO"),
    ("SIEMENS MR SDI 02", 0x0021, 0xFE): ("SiemensFrame", b"SQ"),
    ("SIEMENS MR SDS 01", 0x0021, 0xFE): ("SiemensShared", b"SQ"),
    ("GEMS_ACQU_01", 0x0019, 0x9C): ("GeSequence", b"LO"),
    ("GEMS_PARM_01", 0x0043, 0x2F): ("GeComponent", b"SS"),
    ("GEMS_PARM_01", 0x0043, 0x39): ("GeBValue", b"IS"),
    ("GEMS_PARM_01", 0x0043, 0x83): ("GeAsset", b"DS"),
    ("Philips Imaging DD 001", 0x2001, 0x03): ("PhilipsBValue", b"FL"),
    ("Philips Imaging DD 001", 0x2001, 0x20): ("PhilipsSequence", b"LO"),
    ("Philips MR Imaging DD 001", 0x2005, 0x0D): ("PhilipsScaleIntercept", b"FL"),
    ("Philips MR Imaging DD 001", 0x2005, 0x0E): ("PhilipsScaleSlope", b"FL"),
    ("Philips MR Imaging DD 005", 0x2005, 0x0F): ("PhilipsFrame", b"SQ"),
    ("Philips MR Imaging DD 005", 0x2005, 0x29): ("PhilipsLabel", b"CS"),
    ("Image Private Header", 0x0065, 0x09): ("UihBValue", b"FD"),
    ("Image Private Header", 0x0065, 0x50): ("UihTiles", b"DS"),
    ("Image Private Header", 0x0065, 0x51): ("UihFrames", b"SQ"),
}

STANDARD: dict[int, str] = {tag: name for name, (tag, _) in {**_IMAGE, **_SCAN}.items()} | {
    tag: name for name, tag in _GROUPS.items()
}
PRIVATE: dict[tuple[str, int, int], str] = {place: name for place, (name, _) in _PRIVATE.items()}
PRIVATE_GROUPS = frozenset(group for _, group, _ in _PRIVATE)
VR: dict[str, bytes] = (
    {name: vr for name, (_, vr) in {**_IMAGE, **_SCAN}.items()}
    | dict.fromkeys(_GROUPS, b"SQ")
    | dict(_PRIVATE.values())
)
"""How each is encoded where the file does not say."""

PROTOCOL = "SiemensProtocol"
"""As large as the rest of the header, and the same in every file of a series: left out unless it is asked for."""
