"""ukat 0.7.3's numbers on its own synthetic data (numpy's legacy generator, seed 0), as published in its tests."""

import nibabel
import numpy as np
import pytest

import mrsnr
from mrsnr.errors import ArgumentError, ImageError, RegionError
from mrsnr.ukat import fetch, snr


def legacy(*shapes):
    rng = np.random.RandomState(0)
    return [rng.randn(*shape) for shape in shapes]


@pytest.fixture(scope="module")
def image():
    dark, bright = legacy((128, 64, 5), (128, 64, 5))
    return np.concatenate([25 * dark + 50, 150 * bright + 1000], axis=1)


@pytest.fixture(scope="module")
def series():
    stable, loud = legacy((128, 64, 5, 40), (128, 64, 5, 40))
    return np.concatenate([50 * stable + 9000, 150 * loud + 9000], axis=1)


@pytest.fixture(scope="module")
def left():
    mask = np.zeros((128, 128, 5), bool)
    mask[:, :64] = True
    return mask


class TestIsnr:
    def test_published_value_with_a_noise_mask(self, image, left):
        assert snr.Isnr(image, np.eye(4), noise_mask=left).isnr == pytest.approx(26.307718, abs=1e-6)

    def test_without_a_mask_the_darkest_cluster_is_the_background(self, image, left):
        found = snr.Isnr(image, np.eye(4), n_clusters=2)
        np.testing.assert_array_equal(found.noise_mask, left)
        np.testing.assert_array_equal(found.clusters, ~left)
        assert found.isnr == pytest.approx(26.307718, abs=1e-6)

    def test_agrees_with_measure(self, image):
        found = snr.Isnr(image, np.eye(4))
        result = mrsnr.measure(mrsnr.Image(image, np.eye(4)), "mixture")
        assert found.isnr == pytest.approx(result.value, rel=1e-12)
        np.testing.assert_allclose(found.isnr_map, result.map, rtol=1e-12)

    def test_several_echoes_are_pooled(self, image):
        both = np.stack([image, 0.5 * image], axis=-1)
        found = snr.Isnr(both, np.eye(4))
        assert isinstance(found.isnr, float)
        background = both[found.noise_mask]
        assert found.isnr == pytest.approx(both[~found.noise_mask].mean() / background.std() * np.sqrt(2 - np.pi / 2))
        assert found.isnr_map.shape == both.shape

    def test_nothing_of_the_callers_changes(self, image, left):
        before, mask, state = image.copy(), left.copy(), np.geterr()
        snr.Isnr(image, np.eye(4), noise_mask=left)
        snr.Isnr(image, np.eye(4))
        np.testing.assert_array_equal(image, before)
        np.testing.assert_array_equal(left, mask)
        assert np.geterr() == state

    def test_bad_input(self, image, left):
        with pytest.raises(ArgumentError):
            snr.Isnr(image, np.eye(4), n_clusters=1)
        with pytest.raises(RegionError):
            snr.Isnr(image, np.eye(4), noise_mask=left[:5])
        with pytest.raises(RegionError):
            snr.Isnr(image, np.eye(4), noise_mask=np.zeros_like(left))


class TestTsnr:
    def test_published_statistics(self, series):
        found = snr.Tsnr(series, np.eye(4)).tsnr_map
        seen = [found.mean(), found.std(), found.min(), found.max()]
        np.testing.assert_allclose(seen, [127.408817, 65.935981, 42.293117, 370.549169], atol=1e-6)

    def test_published_statistics_with_a_mask(self, series, left):
        found = snr.Tsnr(series, np.eye(4), mask=left).tsnr_map
        seen = [found.mean(), found.std(), found.min(), found.max()]
        np.testing.assert_allclose(seen, [95.566893, 96.903421, 0, 370.549169], atol=1e-6)

    def test_above_1000_is_zero_as_in_ukat(self):
        rng = np.random.default_rng(0)
        assert not snr.Tsnr(1000 + rng.normal(0, 0.1, (4, 4, 4, 20)), np.eye(4)).tsnr_map.any()

    def test_a_constant_voxel_is_zero(self):
        assert not snr.Tsnr(np.zeros((2, 2, 2, 10)), np.eye(4)).tsnr_map.any()

    def test_nothing_of_the_callers_changes(self, series, left):
        before, mask, state = series.copy(), left.copy(), np.geterr()
        snr.Tsnr(series, np.eye(4), mask=left)
        np.testing.assert_array_equal(series, before)
        np.testing.assert_array_equal(left, mask)
        assert np.geterr() == state

    def test_bad_input(self, series, left):
        with pytest.raises(ImageError):
            snr.Tsnr(series[..., 0], np.eye(4))
        with pytest.raises(RegionError):
            snr.Tsnr(series, np.eye(4), mask=left[:5])


@pytest.mark.parametrize("name", ["isnr", "tsnr"])
def test_one_nifti_file_by_ukats_name_and_nothing_beside_it(tmp_path, image, series, name):
    affine = np.diag([-2.0, 2.0, 5.0, 1.0])
    found = snr.Isnr(image, affine) if name == "isnr" else snr.Tsnr(series, affine)
    found.to_nifti(output_directory=tmp_path / "out", base_file_name="subject")
    found.to_nifti(output_directory=tmp_path / "out", base_file_name="subject")
    (file,) = (tmp_path / "out").iterdir()
    assert file.name == f"subject_{name}_map.nii.gz"
    written = nibabel.load(file)
    np.testing.assert_allclose(written.get_fdata(), getattr(found, f"{name}_map"), rtol=1e-6)
    np.testing.assert_array_equal(written.affine, affine)


def test_the_import_of_ukat_scripts_works():
    assert callable(fetch.t2w_volume_philips)
    assert snr.Isnr.__module__ == "mrsnr.ukat.snr"
