"""The sample data in the form that ukat gives them, from files that the test makes and serves."""

import gzip
import io
import json
import zipfile
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from mrsnr import data
from mrsnr.errors import ImageError, MrsnrError, UnreadableError
from mrsnr.ukat import fetch
from sample_server import isolate, sample_of, serving

AFFINE = np.array([[-1.5, 0, 0, 90], [0, 0, 3, -40], [0, 1.5, 0, -20], [0, 0, 0, 1.0]])
SHAPE = (4, 3, 2)
SHARED = Path(__file__).parents[3] / "shared" / "data"


def voxels(start, shape=SHAPE):
    return (np.arange(np.prod(shape)) + start).reshape(shape)


def nifti(array, *, affine=AFFINE, slope=None):
    image = nib.Nifti1Image(array.astype(np.int16), affine)
    if slope is not None:
        image.header.set_slope_inter(slope, 0)
    return gzip.compress(image.to_bytes())


def echo(name, array, te, image_type=("ORIGINAL", "PRIMARY", "M"), **options):
    sidecar = {"ImageType": list(image_type)} | ({} if te is None else {"EchoTime": te})
    return {f"{name}.nii.gz": nifti(array, **options), f"{name}.json": json.dumps(sidecar)}


@pytest.fixture
def have(monkeypatch, tmp_path):
    """Put a file into the cache under a sample's name, from a server that is gone afterwards."""
    isolate(monkeypatch, tmp_path)

    def have(name, content):
        if isinstance(content, dict):
            buffer = io.BytesIO()
            with zipfile.ZipFile(buffer, "w") as archive:
                for file, part in content.items():
                    archive.writestr(file, part)
            content = buffer.getvalue()
        sample = sample_of(data.SAMPLES[name].file, content, name=name)
        monkeypatch.setattr("mrsnr.data.sample.SAMPLES", {name: sample})
        with serving() as server:
            server.put(sample, content)
            data.fetch(name, server=server.address)

    return have


@pytest.mark.parametrize("name", ["t2w_volume_philips", "t1w_volume_philips"])
def test_a_volume_comes_with_its_affine(have, name):
    have(name, nifti(voxels(100), slope=0.5))
    array, affine = getattr(fetch, name)()
    assert array.dtype == np.float64
    np.testing.assert_array_equal(array, 0.5 * voxels(100))
    np.testing.assert_allclose(affine, AFFINE)


@pytest.mark.parametrize("name", ["tsnr_high_philips", "tsnr_low_philips"])
def test_a_time_series_has_time_last(have, name):
    series = voxels(7, (*SHAPE, 5))
    have(name, nifti(series))
    array, affine = getattr(fetch, name)()
    assert array.dtype == np.float64
    np.testing.assert_array_equal(array, series)
    np.testing.assert_allclose(affine, AFFINE)


@pytest.mark.parametrize("name", ["t2star_philips", "t2star_ge", "t2star_siemens"])
def test_echoes_are_in_the_order_of_their_times(have, name):
    have(
        name,
        {
            **echo("set/scan_e10", voxels(1000), 0.05),
            **echo("set/scan_e2", voxels(200), 0.01),
            **echo("set/scan_e1", voxels(300), 0.03),
        },
    )
    array, affine, times = getattr(fetch, name)()
    np.testing.assert_allclose(times, [0.01, 0.03, 0.05], rtol=1e-12)
    assert array.shape == (*SHAPE, 3)
    assert array.dtype == times.dtype == np.float64
    np.testing.assert_array_equal(array, np.stack([voxels(200), voxels(300), voxels(1000)], -1))
    np.testing.assert_allclose(affine, AFFINE)


def test_what_comes_back_is_the_callers_own(have):
    have("t2star_ge", {**echo("e1", voxels(0), 0.01), **echo("e2", voxels(1), 0.02)})
    array, affine, times = fetch.t2star_ge()
    array[:], affine[:], times[:] = -1, -1, -1
    np.testing.assert_array_equal(fetch.t2star_ge()[0][..., 0], voxels(0))


def test_only_magnitude_is_taken(have):
    other = voxels(-500)
    have(
        "t2star_philips",
        {
            **echo("a_e1", voxels(1), 0.01, ("ORIGINAL", "PRIMARY", "M", "FFE")),
            **echo("a_e2", voxels(2), 0.02, ("ORIGINAL", "PRIMARY", "M", "FFE")),
            **echo("a_e1_ph", other, 0.01, ("ORIGINAL", "PRIMARY", "PHASE", "MAP", "P", "FFE")),
            **echo("a_e1_x", other, 0.01, ("ORIGINAL", "PRIMARY", "R", "FFE")),
            **echo("a_e1_y", other, 0.01, ("ORIGINAL", "PRIMARY", "I", "FFE")),
            # GE says it nowhere but in the name.
            **echo("b_Phase_ims_e1", other, 0.01, ("ORIGINAL", "PRIMARY", "OTHER")),
            **echo("b_e1_real", other, 0.01, ("ORIGINAL", "PRIMARY", "OTHER")),
            **echo("b_e1_imaginary", other, 0.01, ("ORIGINAL", "PRIMARY", "OTHER")),
            "__MACOSX/._a_e1.nii.gz": b"shadow",
            "._a_e2.nii.gz": b"shadow",
        },
    )
    array, _, times = fetch.t2star_philips()
    np.testing.assert_allclose(times, [0.01, 0.02])
    np.testing.assert_array_equal(array, np.stack([voxels(1), voxels(2)], -1))


@pytest.mark.parametrize(
    ("vendor", "first", "second"),
    [
        ("ge", "00720__Magnitude_ims__B0_map_dual_echo_e1", "00720__Magnitude_ims__B0_map_dual_echo_e2"),
        ("siemens", "0039_bh_b0map_default_bh_b0map_default_e1", "0039_bh_b0map_default_bh_b0map_default_e2"),
        (
            "philips",
            "01001__B0_map_expiration_volume_2DMS_product_auto_e1",
            "01001__B0_map_expiration_volume_2DMS_product_auto_e2",
        ),
    ],
)
def test_the_magnitude_of_three_vendors_is_told_from_the_rest(have, vendor, first, second):
    folder = SHARED / f"kidney-{vendor}"
    if not folder.is_dir():
        pytest.skip(f"there is no shared/data/{folder.name}")
    have(f"t2star_{vendor}", {path.name: path.read_bytes() for path in folder.iterdir()})
    array, affine, times = getattr(fetch, f"t2star_{vendor}")()
    images = [nib.load(folder / f"{name}.nii.gz") for name in (first, second)]
    sidecars = [json.loads((folder / f"{name}.json").read_text()) for name in (first, second)]
    np.testing.assert_array_equal(times, [sidecar["EchoTime"] for sidecar in sidecars])
    np.testing.assert_array_equal(array, np.stack([image.get_fdata() for image in images], -1))
    np.testing.assert_array_equal(affine, images[0].affine)


def test_a_normalised_copy_of_an_echo_is_left_out(have):
    norm = ("ORIGINAL", "PRIMARY", "M", "ND", "NORM")
    have(
        "t2star_siemens",
        {
            **echo("1_e1", voxels(900), 0.01, norm),
            **echo("1_e2", voxels(901), 0.02, norm),
            **echo("2_e1", voxels(1), 0.01, ("ORIGINAL", "PRIMARY", "M", "ND")),
            **echo("2_e2", voxels(2), 0.02, ("ORIGINAL", "PRIMARY", "M", "ND")),
        },
    )
    array, _, _ = fetch.t2star_siemens()
    np.testing.assert_array_equal(array, np.stack([voxels(1), voxels(2)], -1))


@pytest.mark.parametrize(
    ("files", "error", "words"),
    [
        ({"readme.txt": "nothing"}, UnreadableError, "holds no magnitude image"),
        (echo("e1_ph", voxels(0), 0.01), UnreadableError, "holds no magnitude image"),
        (echo("e1", voxels(0), None), UnreadableError, r"e1\.nii\.gz has no echo time"),
        ({"e1.nii.gz": nifti(voxels(0))}, UnreadableError, r"e1\.nii\.gz has no echo time"),
        (
            echo("e1", voxels(0), 0.01) | echo("e2", voxels(0, (4, 3, 3)), 0.02),
            ImageError,
            r"not on one grid.*\(4, 3, 2\).*\(4, 3, 3\)",
        ),
        (
            echo("e1", voxels(0), 0.01) | echo("e2", voxels(0), 0.02, affine=AFFINE * 2),
            ImageError,
            "not on one grid",
        ),
        (
            echo("e1", voxels(0), 0.01) | echo("e2", voxels(0), 0.01),
            ImageError,
            r"same echo time, 0\.01 s",
        ),
        (echo("e1", voxels(0, (4, 3, 2, 2)), 0.01), ImageError, "one volume .* per echo"),
    ],
)
def test_what_is_not_one_series_of_echoes_is_refused(have, files, error, words):
    have("t2star_ge", files)
    with pytest.raises(error, match=words) as caught:
        fetch.t2star_ge()
    assert isinstance(caught.value, MrsnrError)
