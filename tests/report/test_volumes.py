"""The volumes in the page are those of the result: values, places, undefined voxels, size."""

import base64
import gzip
from dataclasses import replace

import nibabel as nib
import numpy as np
import pytest

from mrsnr.model import Image, Regions, Verdict
from mrsnr.report.volumes import viewer_layers


def read(layer):
    """Return the values of a layer as a reader of NIfTI sees them, NaN where undefined, and its affine."""
    file = nib.Nifti1Image.from_bytes(gzip.decompress(base64.b64decode(layer["nifti"])))
    raw = np.asarray(file.dataobj.get_unscaled())
    values = file.get_fdata()
    return np.where(raw == layer["undefined"], np.nan, values), file.affine


def by_role(layers):
    return {layer["role"]: layer for layer in layers}


def size(layers):
    return sum(len(layer["nifti"]) for layer in layers)


def noisy(result, shape, *, seed=0, dtype=np.float64):
    """Return a result of so many voxels that hardly pack, and whose SNR spans what scans have."""
    rng = np.random.default_rng(seed)
    data = rng.gamma(2, 400, shape).astype(dtype)
    sigma = 15 + rng.random(shape)
    noise = replace(result.noise, sigma=sigma, region=data < 100)
    image = Image(data, np.diag([1.5, 1.5, 5.0, 1.0]))
    return replace(result, image=image, map=data / sigma, noise=noise, regions=Regions(labels={1: data > 300}))


def test_values_and_places_are_those_of_the_result(result, known):
    layers = by_role(viewer_layers(result))
    for role, truth in (("image", np.asarray(known.image.data)), ("snr", known.snr), ("sigma", known.sigma)):
        values, affine = read(layers[role])
        limit = 1e-4 * np.nanpercentile(truth, 99)
        np.testing.assert_allclose(values, truth, rtol=0, atol=limit)
        np.testing.assert_allclose(affine, known.image.affine, rtol=1e-7, atol=1e-6)  # as float32 holds it
    np.testing.assert_array_equal(read(layers["noise_mask"])[0], known.air)


def test_whole_numbers_of_an_image_are_exact(result):
    data = np.random.default_rng(1).integers(0, 4096, (12, 11, 10)).astype(np.int16)
    layer = viewer_layers(replace(result, image=Image(data, np.eye(4)), map=None, noise=None, regions=None))[0]
    np.testing.assert_array_equal(read(layer)[0], data)


def test_undefined_voxels_stay_undefined(result, known):
    snr = known.snr.copy()
    snr[0, 0, :3] = np.nan, np.inf, -np.inf
    values, _ = read(by_role(viewer_layers(replace(result, map=snr)))["snr"])
    np.testing.assert_array_equal(np.isnan(values), ~np.isfinite(snr))


def test_labels_are_numbered_and_named_and_the_later_one_wins(result, known):
    layer = by_role(viewer_layers(result))["labels"]
    truth = np.where(known.labels[7], 2, np.where(known.labels[3], 1, 0))
    np.testing.assert_array_equal(read(layer)[0], truth)
    assert layer["names"] == {"1": "cortex", "2": "label 7"}
    assert "later" in layer["note"]


def test_labels_that_do_not_overlap_need_no_note(result, known):
    apart = Regions(labels={1: known.labels[3]}, names=known.names)
    assert by_role(viewer_layers(replace(result, regions=apart)))["labels"]["note"] == ""


def test_more_labels_than_a_byte_holds(result):
    masks = {n: np.arange(720).reshape(10, 9, 8) == n for n in range(300)}
    layer = by_role(viewer_layers(replace(result, regions=Regions(labels=masks))))["labels"]
    np.testing.assert_array_equal(read(layer)[0].ravel()[:301], [*range(1, 301), 0])


def test_a_tiny_sigma_somewhere_neither_clips_nor_coarsens(result, known):
    snr = known.snr.copy()
    snr[5, 5, 5] = 1e7
    values, _ = read(by_role(viewer_layers(replace(result, map=snr)))["snr"])
    np.testing.assert_allclose(values, snr, rtol=1e-6, atol=1e-3 * 1000)
    assert abs(values[1, 2, 3] - 123) < 0.5


def test_low_values_keep_three_digits(result):
    snr = np.linspace(5, 60, 720).reshape(10, 9, 8)
    values, _ = read(by_role(viewer_layers(replace(result, map=snr)))["snr"])
    np.testing.assert_allclose(values, snr, rtol=1e-3)


def test_a_complex_image_shows_its_magnitude(result, known):
    magnitude = np.asarray(known.image.data)
    image = Image(magnitude * np.exp(1j * magnitude), known.image.affine, {"kind": "complex"})
    values, _ = read(viewer_layers(replace(result, image=image))[0])
    np.testing.assert_allclose(values, magnitude, atol=0.1)


def test_one_slice_without_a_third_axis(result):
    data = np.arange(30.0).reshape(6, 5)
    flat = replace(
        result, image=Image(data, np.eye(4)), map=data, regions=None,
        noise=replace(result.noise, sigma=1.0, region=data < 3),
    )  # fmt: skip
    layers = by_role(viewer_layers(flat))
    assert set(layers) == {"image", "snr", "noise_mask"}  # sigma is a number
    np.testing.assert_allclose(read(layers["snr"])[0], data[..., np.newaxis], atol=0.01)


def test_a_noise_scan_is_no_mask_of_the_image(result):
    scan = replace(result, noise=replace(result.noise, method="noise_scan"))
    assert "noise_mask" not in by_role(viewer_layers(scan))


def test_a_refused_result_shows_its_image(result, known):
    nothing = replace(result, value=None, map=None, noise=None, regions=None, verdict=Verdict.REFUSED)
    (layer,) = viewer_layers(nothing)
    assert layer["role"] == "image"
    np.testing.assert_allclose(read(layer)[0], np.asarray(known.image.data), atol=0.1)


def test_noise_that_is_undefined_leaves_its_mask(result):
    undefined = replace(result, map=None, noise=replace(result.noise, sigma=None))
    assert set(by_role(viewer_layers(undefined))) == {"image", "noise_mask", "labels"}


def test_a_map_without_a_finite_voxel(result, known):
    values, _ = read(by_role(viewer_layers(replace(result, map=np.full(known.air.shape, np.nan))))["snr"])
    assert np.isnan(values).all()


def test_a_series(series, known):
    layers = viewer_layers(series)
    assert [layer["name"] for layer in layers] == ["Temporal mean", "Temporal SNR", "Temporal noise", "Mask"]
    for layer, truth in zip(layers, (series.mean, series.map, series.noise, series.mask), strict=True):
        np.testing.assert_allclose(read(layer)[0], truth, atol=0.1)


@pytest.mark.parametrize("budget", [400_000, 120_000, 30_000])
def test_a_budget_is_kept_by_leaving_voxels_out_in_their_places(result, budget):
    big = noisy(result, (96, 80, 12))
    layers = viewer_layers(big, budget=budget)
    assert 0.4 * budget < size(layers) <= budget
    grid = layers[0]["grid"]
    assert grid["shape"] == [96, 80, 12]
    assert grid["step"][0] == grid["step"][1] > 1
    truths = {"image": np.asarray(big.image.data), "snr": big.map, "sigma": big.noise.sigma}
    for layer in layers:
        assert f"every {grid['step'][0]}" in layer["note"]
        values, affine = read(layer)
        kept = [n.ravel() for n in np.indices(values.shape)]
        there = [first + step * n for first, step, n in zip(grid["first"], grid["step"], kept, strict=True)]
        assert all((n < size).all() for n, size in zip(there, grid["shape"], strict=True))
        mm = affine[:3, :3] @ np.array(kept) + affine[:3, 3:]
        truth_mm = big.image.affine[:3, :3] @ np.array(there) + big.image.affine[:3, 3:]
        np.testing.assert_allclose(mm, truth_mm, atol=1e-4)
        if layer["role"] in truths:
            truth = truths[layer["role"]]
            np.testing.assert_allclose(values.ravel(), truth[tuple(there)], atol=1e-3 * np.percentile(truth, 99))


def test_rounding_comes_before_leaving_out(result):
    big = noisy(result, (96, 80, 12))
    whole = size(viewer_layers(big))
    layers = viewer_layers(big, budget=int(0.9 * whole))
    assert layers[0]["grid"]["step"] == [1, 1, 1]
    truth = big.map
    values, _ = read(by_role(layers)["snr"])
    np.testing.assert_allclose(values, truth, rtol=0, atol=1e-3 * np.percentile(truth, 99))


def test_close_voxels_are_left_out_first(result):
    thick = noisy(result, (40, 40, 40))
    thin = replace(thick, image=Image(thick.image.data, np.diag([4.0, 4.0, 1.0, 1.0])))
    assert viewer_layers(thick, budget=60_000)[0]["grid"]["step"][2] == 1
    step = viewer_layers(thin, budget=60_000)[0]["grid"]["step"]
    assert step[2] > step[0]


def test_where_nothing_fits_there_is_nothing(result):
    assert viewer_layers(result, budget=100) == []


def test_the_same_result_makes_the_same_bytes(result):
    assert viewer_layers(result) == viewer_layers(result)
