"""PAR/REC files: nibabel's phantom, a kidney scan in two formats, and files written here whose voxels are known."""

import itertools
import logging
import shutil
import time
import warnings
from importlib.resources import files
from pathlib import Path

import nibabel
import numpy as np
import pytest

import mrsnr
from mrsnr.errors import ArgumentError, ImageError, MrsnrError, UnreadableError
from mrsnr.io import parrec

SECRET = {
    "Patient name": "Zephyrine Quibble",
    "Examination name": "EXAM4711",
    "Protocol name": "WIP_secretProtocol",
    "Examination date/time": "1987.06.05 / 04:03:02",
    "Patient position": "Feet First Supine",
}
GENERAL = {
    **SECRET,
    "Series Type": "Image   MRSERIES",
    "Max. number of echoes": 1,
    "Max. number of slices/locations": 3,
    "Max. number of dynamics": 1,
    "Preparation direction": "Anterior-Posterior",
    "Technique": "T1TFE",
    "Scan resolution  (x, y)": "4  5",
    "Scan mode": "3D",
    "Repetition time [ms]": "7.5",
    "Water Fat shift [pixels]": "1.25",
    "Angulation midslice(ap,fh,rl)[degr]": "0 0 0",
    "Off Centre midslice(ap,fh,rl) [mm]": "10 20 30",
    "EPI factor        <0,1=no EPI>": 1,
}
PLANE = (4, 5)


def row(**of):
    """Return a line of version 4.2; slices lie 5 mm apart, as the general part has them."""
    at = {
        "sl": 1,
        "ec": 1,
        "dyn": 1,
        "ph": 1,
        "ty": 0,
        "seq": 2,
        "idx": 0,
        "bits": 16,
        "x": 4,
        "y": 5,
        "ri": 0,
        "rs": 1,
    }
    at |= {"ss": 1, "or": 1, "te": 2.5, "begin": 0, "b": 0, "bn": 1, "grad": 1, "label": 1, "thick": 4, **of}
    middle = 20 + 5 * (at["sl"] - 2)
    return (
        f"{at['sl']} {at['ec']} {at['dyn']} {at['ph']} {at['ty']} {at['seq']} {at['idx']} {at['bits']} 100 {at['x']} "
        f"{at['y']} {at['ri']} {at['rs']} {at['ss']} 1070 1860 0 0 0 10 {middle} 30 {at['thick']} 1 0 {at['or']} 0 2 "
        f"1.5 1.5 {at['te']} {at['begin']} 0 {at['b']} 2 8 0 0 0 30 0 {at['bn']} {at['grad']} 8 0 0 0 0 {at['label']}"
    )


def written(folder, rows, *, general=None, version="V4.2", names=("scan.PAR", "scan.REC"), rec=None):
    """Write a file and return its path and the stored slices, shape (images, x, y), in the order of the rows."""
    lines = ["# === DATA DESCRIPTION FILE ===", f"# Dataset name: {SECRET['Patient name']}"]
    lines += [f"# CLINICAL TRYOUT             Research image export tool     {version}", "#"]
    lines += [f".    {name} :   {value}" for name, value in {**GENERAL, **(general or {})}.items()]
    lines += ["#", "# === IMAGE INFORMATION ===", "#  sl ec", "", *rows, "", "# === END OF DATA DESCRIPTION FILE ==="]
    (folder / names[0]).write_text("\n".join(lines))
    stored = np.random.default_rng(0).integers(0, 4096, (len(rows), *PLANE)).astype("<u2")
    content = b"".join(one.tobytes(order="F") for one in stored) if rec is None else rec
    (folder / names[1]).write_bytes(content)
    return folder / names[0], stored


def product(**values):
    """Return the rows of every combination, the first name slowest."""
    combinations = itertools.product(*values.values())
    return [row(idx=k, **dict(zip(values, one, strict=True))) for k, one in enumerate(combinations)]


def nibabel_phantom(name):
    """Return a file of nibabel's own tests, if they are installed with it."""
    path = files("nibabel") / "tests" / "data" / name
    if not path.is_file():
        pytest.skip(f"nibabel is installed without {name}")
    return Path(str(path))


def by_nibabel(path, **options):
    """Return voxels and affine as nibabel has them; it leaves the file open."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        opened = nibabel.parrec.load(path, permit_truncated=True, strict_sort=True, **options)
        data, affine = np.array(opened.dataobj), opened.affine
        del opened
    return data, affine


# --- truths of others


def test_the_phantom_has_the_values_of_its_manufacturers_conversion(shared_data):
    image = parrec.read(shared_data("parrec-phantom/phantom_EPI_asc_CLEAR_2_1.PAR"))
    data = np.asarray(image.data)
    assert image.shape == (64, 64, 9, 3)
    # nibabel/tests/test_parrec.py, EXAMPLE_IMAGES: from Philips' own conversion to NIfTI
    assert data.max() == pytest.approx(2299.4110643863678, rel=1e-5)
    assert data.mean() == pytest.approx(194.95876256117265, rel=1e-5)
    assert data.min() == 0
    affine = [
        [-3.64994708, 0, 1.83564171, 123.66276611],
        [0, -3.75, 0, 115.617],
        [0.86045705, 0, 7.78655376, -27.91161],
    ]
    np.testing.assert_allclose(image.affine[:3], affine, atol=1e-5)
    assert image.meta["tr"] == 2.0
    assert image.meta["te"] == 0.03
    assert "problems" not in image.meta


@pytest.mark.parametrize("scaling", ["dv", "fp"])
def test_a_scale_of_its_own_for_each_slice(shared_data, scaling):
    path = shared_data("parrec-phantom/phantom_varscale.PAR")
    image = parrec.read(path, scaling=scaling)
    expected, _ = by_nibabel(path, scaling=scaling)
    np.testing.assert_allclose(image.data, expected, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(image.data[3:9, ::2, 4, 1:], expected[3:9, ::2, 4, 1:], rtol=1e-12, atol=1e-12)
    assert image.meta["scaling"] == scaling
    assert [problem for problem in image.meta.get("problems", ()) if "different scales" in problem] == (
        ["The displayed values of its slices have different scales; read it with scaling='fp' to compare them."]
        if scaling == "dv"
        else []
    )


def test_a_recording_that_was_cut_short_says_so(shared_data, caplog):
    with caplog.at_level(logging.WARNING):
        image = parrec.read(shared_data("parrec-phantom/phantom_truncated.PAR"))
    whole = parrec.read(shared_data("parrec-phantom/phantom_EPI_asc_CLEAR_2_1.PAR"))
    np.testing.assert_array_equal(image.data, whole.data)
    said = "The header promises 4 dynamics, the file has 3: the recording was cut short."
    assert image.meta["problems"] == (said,)
    assert said in caplog.text


def test_a_kidney_scan_has_the_snr_and_the_place_of_its_nifti(shared_data):
    image = parrec.read(shared_data("kidney-t2w/test_sub_02.PAR"))
    other = mrsnr.load(shared_data("kidney-t2w/test_sub_02.nii.gz"))
    np.testing.assert_allclose(image.affine, other.affine, atol=1e-5)
    here, there = (mrsnr.measure(one, "mixture").value for one in (image, other))
    assert here == pytest.approx(there, rel=1e-3)
    assert image.meta["sidecar"]["PhaseEncodingAxis"] == "i"  # right to left in a coronal slice
    assert image.meta["sidecar"]["SequenceName"] == "TSE"


SAME_AS_NIBABEL = [
    "DTI.PAR",
    "DTIv40.PAR",
    "Phantom_EPI_3mm_cor_20APtrans_15RLrot_SENSE_15_1.PAR",
    "Phantom_EPI_3mm_tra_-30AP_10RL_20FH_SENSE_14_1.PAR",
    "phantom_fake_v4.PAR",
    "phantom_fake_v4_1.PAR",
    "variant_v4_2_header.PAR",
    "T2_-interleaved.PAR",
]


@pytest.mark.parametrize("name", SAME_AS_NIBABEL)
def test_a_file_of_one_part_is_that_of_nibabel(tmp_path, name):
    path = tmp_path / name
    shutil.copy(nibabel_phantom(name), path)
    with warnings.catch_warnings(), path.open() as file:
        warnings.simplefilter("ignore")
        header = nibabel.parrec.PARRECHeader.from_fileobj(file, permit_truncated=True, strict_sort=True)
    stored = np.random.default_rng(0).integers(0, 4096, header.get_rec_shape()[::-1]).astype("<u2")
    stored.tofile(path.with_suffix(".REC"))
    expected, affine = by_nibabel(path)
    image = parrec.read(path)
    np.testing.assert_allclose(image.data, expected, rtol=1e-12)
    np.testing.assert_allclose(image.affine, affine)


@pytest.mark.parametrize(("part", "volume"), [(None, 0), ("e3", 2), ("real", 3), ("imaginary-e2", 7), ("phase-e3", 11)])
def test_three_echoes_of_four_types_come_apart(tmp_path, part, volume):
    path = tmp_path / "echoes.PAR"
    shutil.copy(nibabel_phantom("T1_3echo_mag_real_imag_phase.PAR"), path)
    np.random.default_rng(0).integers(0, 4096, (360, 80, 80)).astype("<u2").tofile(path.with_suffix(".REC"))
    image = parrec.read(path, part=part)
    expected, _ = by_nibabel(path)
    np.testing.assert_allclose(image.data, expected[..., volume], rtol=1e-12)
    assert image.kind == ("magnitude", "real", "imaginary", "phase")[volume // 3]
    assert image.meta["te"] == pytest.approx([1.29e-3, 3.28e-3, 5.27e-3][volume % 3])
    assert image.meta["parts"][volume] == image.meta["part"]


# --- parts, of files written here


def test_the_magnitude_of_the_first_echo_is_the_default_and_the_rest_is_named(tmp_path, caplog):
    path, stored = written(tmp_path, product(sl=(1, 2, 3), ec=(1, 2), ty=(3, 0)), general={"Max. number of echoes": 2})
    with caplog.at_level(logging.WARNING):
        image = parrec.read(path)
    np.testing.assert_array_equal(image.data, np.moveaxis(stored[1::4], 0, -1))
    assert image.meta["parts"] == ("magnitude-e1", "magnitude-e2", "phase-e1", "phase-e2")
    assert "scan.PAR holds magnitude-e1, magnitude-e2, phase-e1, phase-e2" in caplog.text
    caplog.clear()
    other = parrec.read(path, part="phase-e2")
    np.testing.assert_array_equal(other.data, np.moveaxis(stored[2::4], 0, -1))
    assert (other.kind, other.meta["sidecar"]["ImageType"], caplog.text) == ("phase", ["P"], "")


def test_volumes_are_sorted_by_dynamic_label_and_diffusion_weighting(tmp_path):
    rows = product(sl=(1, 2, 3), label=(2, 1), dyn=(2, 1))
    path, stored = written(tmp_path, rows, general={"Max. number of dynamics": 2})
    image = parrec.read(path)
    for volume, (dynamic, label) in enumerate([(1, 1), (1, 2), (2, 1), (2, 2)]):
        first = 2 * (label == 1) + (dynamic == 1)
        np.testing.assert_array_equal(image.data[..., volume], np.moveaxis(stored[first::4], 0, -1))
    assert image.meta["varies"] == {"Dynamic": (1, 1, 2, 2), "Label": (1, 2, 1, 2)}
    only = parrec.read(path, part="label2")
    np.testing.assert_array_equal(only.data, image.data[..., 1::2])


def test_one_diffusion_weighting_can_be_chosen(tmp_path):
    path, stored = written(tmp_path, product(b=(0, 1000), grad=(1, 2), sl=(1, 2, 3)))
    image = parrec.read(path, part="b1000")
    np.testing.assert_array_equal(image.data, np.moveaxis(stored[6:].reshape(2, 3, *PLANE), (0, 1), (3, 2)))
    assert image.meta["part"] == "magnitude-e1-b1000"


@pytest.mark.parametrize("part", ["e4", "real", "magnitude-phase", "label7", "b50", "nonsense", ""])
def test_a_part_that_is_not_there_is_refused_with_those_that_are(tmp_path, part):
    path, _ = written(tmp_path, product(sl=(1, 2, 3), label=(1, 2)))
    with pytest.raises(ArgumentError, match="it has magnitude-e1, label1, label2"):
        parrec.read(path, part=part)


def test_images_lie_where_the_index_says(tmp_path):
    rows = [row(sl=k, idx=3 - k) for k in (1, 2, 3)]
    path, stored = written(tmp_path, rows)
    np.testing.assert_array_equal(parrec.read(path).data, np.moveaxis(stored[::-1], 0, -1))


def test_an_incomplete_volume_is_left_out(tmp_path, caplog):
    rows = product(dyn=(1, 2), sl=(1, 2, 3))[:-1]
    path, stored = written(tmp_path, rows, general={"Max. number of dynamics": 2})
    image = parrec.read(path)
    np.testing.assert_array_equal(image.data, np.moveaxis(stored[:3], 0, -1))
    assert image.meta["problems"] == ("1 incomplete volume was left out.",)
    assert "1 incomplete volume" in caplog.text


def test_a_map_is_no_acquisition(tmp_path):
    path, _ = written(tmp_path, product(ty=(11,), seq=(5,), sl=(1, 2, 3)))
    image = parrec.read(path)
    assert image.meta["sidecar"]["ImageType"] == ["DERIVED", "TYPE11"]
    assert "computed by the scanner" in image.meta["problems"][0]


def test_slices_that_lie_elsewhere_are_told(tmp_path):
    path, _ = written(tmp_path, product(sl=(1, 2, 3)), general={"Off Centre midslice(ap,fh,rl) [mm]": "10 26 30"})
    assert "do not lie where the affine puts them" in parrec.read(path).meta["problems"][0]


# --- scales and physics


def test_displayed_and_floating_point_values(tmp_path):
    path, stored = written(tmp_path, [row(sl=k, idx=k - 1, ri=-20, rs=2 * k, ss=0.25) for k in (1, 2, 3)])
    slices = np.moveaxis(stored, 0, -1).astype(float)
    displayed = slices * [2, 4, 6] - 20
    np.testing.assert_allclose(parrec.read(path).data, displayed)
    np.testing.assert_allclose(parrec.read(path, scaling="fp").data, displayed / (0.25 * np.array([2, 4, 6])))


def test_the_unit_of_a_phase_follows_from_its_scale(tmp_path):
    path, _ = written(tmp_path, [row(sl=k, idx=k - 1, ty=3, ri=-3142, rs=1.53455, ss=651.74) for k in (1, 2, 3)])
    assert parrec.read(path).meta["sidecar"]["Units"] == "mrad"
    radians = parrec.read(path, scaling="fp")
    assert radians.meta["sidecar"]["Units"] == "rad"
    assert np.abs(radians.data).max() <= 1.01 * np.pi


def test_the_header_becomes_the_sidecar(tmp_path):
    path, _ = written(tmp_path, product(sl=(1, 2, 3)))
    image = parrec.read(path)
    assert image.meta["sidecar"] == {
        "Manufacturer": "Philips",
        "ImageType": ["M"],
        "SequenceName": "T1TFE",
        "MRAcquisitionType": "3D",
        "RepetitionTime": 0.0075,
        "EchoTime": 0.0025,
        "EchoNumber": 1,
        "FlipAngle": 8.0,
        "EchoTrainLength": 30,
        "NumberOfAverages": 2.0,
        "SliceThickness": 4.0,
        "SpacingBetweenSlices": 5.0,
        "PhaseEncodingAxis": "j",
        "AcquisitionMatrixPE": 5,
        "WaterFatShift": 1.25,
        "PhilipsRescaleSlope": 1.0,
        "PhilipsRescaleIntercept": 0.0,
        "PhilipsScaleSlope": 1.0,
        "UsePhilipsFloatNotDisplayScaling": 0,
    }
    assert (image.meta["tr"], image.meta["te"], image.meta["vendor"]) == (0.0075, 0.0025, "Philips")
    assert image.voxel_size == pytest.approx((1.5, 1.5, 5.0))


def test_the_time_between_volumes_is_that_of_the_dynamics(tmp_path):
    rows = [row(sl=k, dyn=d, label=n, begin=6.0 * d) for d in (1, 2, 3) for n in (1, 2) for k in (1, 2, 3)]
    path, _ = written(tmp_path, rows, general={"Max. number of dynamics": 3})
    image = parrec.read(path)
    assert image.meta["tr"] == image.meta["sidecar"]["RepetitionTime"] == pytest.approx(3.0)
    assert image.meta["sidecar"]["RepetitionTimeExcitation"] == 0.0075
    uneven = [row(sl=k, dyn=d, begin=6.0 * d**2) for d in (1, 2, 3) for k in (1, 2, 3)]
    path, _ = written(tmp_path, uneven, general={"Max. number of dynamics": 3})
    assert "tr" not in parrec.read(path).meta


def everything(value):
    """Yield all words in nested containers."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield str(key)
            yield from everything(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from everything(item)
    else:
        yield str(value)


def test_nothing_that_names_a_patient_is_kept(tmp_path, caplog):
    path, _ = written(tmp_path, product(sl=(1, 2, 3), ec=(1, 2)), general={"Technique": "of Zephyrine Quibble"})
    image = parrec.read(path)
    said = "\n".join(everything({**image.meta, "source": "", "voxels": ""})) + caplog.text + repr(image.data)
    for value in (*SECRET.values(), *["Zephyrine", "Quibble", "1987", "Feet", "secretProtocol"]):
        assert value not in said


# --- the two halves


@pytest.mark.parametrize(
    "names", [("a.PAR", "a.REC"), ("a.par", "a.rec"), ("a.PAR", "a.rec"), ("a.par", "a.REC"), ("a.b.Par", "a.b.Rec")]
)
def test_either_half_may_be_named_in_capitals_or_not(tmp_path, names):
    _, stored = written(tmp_path, product(sl=(1, 2, 3)), names=names)
    for name in names:
        image = parrec.read(tmp_path / name)
        np.testing.assert_array_equal(image.data, np.moveaxis(stored, 0, -1))
        assert image.meta["source"] == str(tmp_path / name)
        assert image.meta["voxels"] == str(tmp_path / names[1])


@pytest.mark.parametrize("gone", [0, 1])
def test_a_missing_half_is_named(tmp_path, gone):
    names = ("scan.PAR", "scan.REC")
    written(tmp_path, product(sl=(1, 2, 3)))
    (tmp_path / names[gone]).unlink()
    with pytest.raises(UnreadableError, match=f"{names[1 - gone]} is only half .* no file {names[gone]} beside it"):
        parrec.read(tmp_path / names[1 - gone])


def test_voxels_are_read_in_parts(tmp_path):
    rows = product(dyn=(1, 2, 3), sl=(1, 2, 3))
    path, stored = written(tmp_path, rows, general={"Max. number of dynamics": 3})
    image = parrec.read(path)
    whole = np.moveaxis(stored.reshape(3, 3, *PLANE), (0, 1), (3, 2))
    for index in (
        np.s_[1],
        np.s_[..., 2],
        np.s_[1:3, 2, :, -1],
        np.s_[..., ::2],
        np.s_[[0, 2]],
        np.s_[1, 2, 0, 1],
        ...,
    ):
        np.testing.assert_array_equal(image.data[index], whole[index])
    with pytest.raises(IndexError):
        image.data[..., 3]
    blocks = [block.copy() for block in image.data.blocks(2)]
    assert [block.shape for block in blocks] == [(4, 5, 3, 2), (4, 5, 3, 1)]
    np.testing.assert_array_equal(np.concatenate(blocks, axis=3), whole)
    assert image.data.dtype == np.uint16


def test_a_file_that_breaks_later_says_so(tmp_path):
    path, _ = written(tmp_path, product(sl=(1, 2, 3)))
    image = parrec.read(path)
    rec = path.with_suffix(".REC")
    rec.write_bytes(rec.read_bytes()[:-1])
    with pytest.raises(UnreadableError, match=r"scan.REC is truncated or damaged"):
        np.asarray(image.data)


# --- broken and hostile


@pytest.mark.parametrize("version", ["V3", "V4.3", "V9"])
def test_an_unknown_version_is_refused(tmp_path, version):
    path, _ = written(tmp_path, product(sl=(1, 2, 3)), version=version)
    with pytest.raises(UnreadableError, match=f"version {version} of PAR/REC; expected one of V4, V4.1, V4.2"):
        parrec.read(path)


@pytest.mark.parametrize(
    ("rec", "said"),
    [(b"", "promises 120 bytes, scan.REC has 0"), (bytes(119), "promises 120 bytes"), (bytes(121), "no multiple of")],
)
def test_voxels_of_another_size_are_refused(tmp_path, rec, said):
    path, _ = written(tmp_path, product(sl=(1, 2, 3)), rec=rec)
    with pytest.raises(UnreadableError, match=said):
        parrec.read(path)


def test_more_slices_than_are_listed_are_told(tmp_path):
    path, _ = written(tmp_path, product(sl=(1, 2, 3)), rec=bytes(160))
    assert parrec.read(path).meta["problems"] == ("The .REC file has more slices than the .PAR file lists.",)


HOSTILE = {
    "huge planes": ([row(x=2**30, y=2**30)] * 3, {}),
    "number of slices": (product(sl=(1, 2, 3)), {"Max. number of slices/locations": 1e30}),
    "no slices": (product(sl=(1, 2, 3)), {"Max. number of slices/locations": -1}),
    "negative planes": ([row(x=-4, y=-5)] * 3, {}),
    "bits": ([row(bits=32)] * 3, {}),
    "not a number": ([row(rs="nan")] * 3, {}),
    "infinite": ([row(ri="inf")] * 3, {}),
    "words": ([row(ec="first")] * 3, {}),
    "half a slice": ([row(sl=1.5)] * 3, {}),
    "a short line": (["1 1 1 1"], {}),
    "no lines": ([], {}),
    "huge integers": ([row(sl=1e300)] * 3, {}),
    "orientations": ([row(sl=k, **{"or": k}) for k in (1, 2, 3)], {}),
    "no such orientation": ([row(sl=k, **{"or": 7}) for k in (1, 2, 3)], {}),
    "planes of two sizes": ([row(sl=k, x=k) for k in (1, 2, 3)], {}),
    "no place": (product(sl=(1, 2, 3)), {"Angulation midslice(ap,fh,rl)[degr]": "nan 0 0"}),
    "a flat place": ([row(sl=k, thick=-1) for k in (1, 2, 3)], {}),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_damaged_header_ends_in_a_sentence(tmp_path, case):
    rows, general = HOSTILE[case]
    path, _ = written(tmp_path, rows, general=general, rec=bytes(120))
    with pytest.raises((UnreadableError, ImageError), match=r"scan\.PAR") as caught:
        parrec.read(path)
    assert SECRET["Patient name"] not in str(caught.value)


def test_a_scale_of_0_has_no_floating_point_values(tmp_path):
    path, _ = written(tmp_path, [row(sl=k, ss=0) for k in (1, 2, 3)])
    with pytest.raises(UnreadableError, match="scaling='dv'"):
        parrec.read(path, scaling="fp")
    with pytest.raises(ArgumentError, match="expected one of dv, fp"):
        parrec.read(path, scaling="pv")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"version https://git-lfs.github.com/spec/v1\n", "git-LFS pointer"),
        (b"\xff\xfe\x00" * 1000, "not a readable PAR file"),
        (b"# Research image export tool     V4.2\n", "lists no image"),
    ],
)
def test_what_is_no_header_is_refused(tmp_path, content, said):
    path, _ = written(tmp_path, product(sl=(1, 2, 3)))
    path.write_bytes(content)
    with pytest.raises(UnreadableError, match=said):
        parrec.read(path)


@pytest.mark.parametrize("line", ["1 1", row()])
def test_a_million_lines_are_refused_at_once(tmp_path, line):
    path, _ = written(tmp_path, [line] * 1_000_000, rec=bytes(120))
    began = time.perf_counter()
    with pytest.raises(UnreadableError, match=r"at most|lists 1000000 images"):
        parrec.read(path)
    assert time.perf_counter() - began < 2


def test_mutated_headers_never_end_in_anything_else(tmp_path):
    path, _ = written(tmp_path, product(dyn=(1, 2), sl=(1, 2, 3), ec=(1, 2)))
    original = path.read_bytes()
    rng = np.random.default_rng(0)
    for _ in range(400):
        content = bytearray(original)
        for place in rng.integers(0, len(content), rng.integers(1, 12)):
            content[place] = rng.choice(list(b"0123456789.-e \n#:\x00\xff"))
        path.write_bytes(bytes(content[: len(content) if rng.random() < 0.7 else rng.integers(len(content))]))
        try:
            np.asarray(parrec.read(path).data)
        except MrsnrError as error:
            assert "scan" in str(error)  # noqa: PT017 - most are refused, some are still images
