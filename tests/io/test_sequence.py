"""A series in one file a volume is the series in one file, read one file after the other."""

import gzip
import hashlib
import pickle
import tracemalloc

import nibabel
import numpy as np
import pytest

import mrsnr
from mrsnr.errors import ArgumentError, ImageError, UnreadableError
from mrsnr.io import document

AFFINE = np.diag([-2.0, 2, 3, 1])
SHAPE = (6, 5, 4, 11)


@pytest.fixture
def series():
    return np.random.default_rng(0).normal(1000, 30, SHAPE).astype(np.int16)


def written(path, data, *, affine=AFFINE, slope=None):
    made = nibabel.Nifti1Pair if path.suffix == ".hdr" else nibabel.Nifti1Image
    image = made(data, affine)
    if slope is not None:
        image.header.set_slope_inter(slope, 0)
    nibabel.save(image, path)
    return path


def apart(folder, series, *, ending=".nii.gz"):
    return [written(folder / f"volume{k:03d}{ending}", series[..., k]) for k in range(series.shape[-1])]


@pytest.mark.parametrize("ending", [".nii", ".nii.gz", ".hdr"])
def test_it_is_the_series(tmp_path, series, ending):
    image = mrsnr.load(apart(tmp_path, series, ending=ending))
    assert (image.shape, image.data.dtype) == (SHAPE, np.int16)
    np.testing.assert_array_equal(image.data, series)
    np.testing.assert_array_equal(image.affine, AFFINE)
    assert np.asarray(image.data, dtype="f4").dtype == np.float32


def test_the_order_is_the_one_given(tmp_path, series):
    files = apart(tmp_path, series)
    np.testing.assert_array_equal(mrsnr.load(tuple(map(str, files[::-1]))).data, series[..., ::-1])


@pytest.mark.parametrize("per_block", [1, 3, 4, 11, 99])
def test_blocks(tmp_path, series, per_block):
    blocks = [block.copy() for block in mrsnr.load(apart(tmp_path, series)).data.blocks(per_block)]
    assert {block.shape[-1] for block in blocks[:-1]} <= {per_block}
    np.testing.assert_array_equal(np.concatenate(blocks, axis=-1), series)


@pytest.mark.parametrize(
    "index",
    [
        *(..., (), 2, -1, (2, 3), (2, 3, 1), (2, 3, 1, -1), (..., 0), (..., slice(2, 5)), (..., slice(None, None, -3))),
        *((slice(1, 3), ..., 4), (0, ..., 0), (..., slice(4, 4)), (1, ..., slice(9, 2)), np.int64(3)),
        *((..., None), (..., [0, 4, 2]), np.array([0, 2]), (slice(None), [1, 2], 0, slice(0, 2)), True),
    ],
    ids=str,
)
def test_parts_are_numpys(tmp_path, series, index):
    np.testing.assert_array_equal(mrsnr.load(apart(tmp_path, series)).data[index], series[index])


@pytest.mark.parametrize("index", [(..., 11), (..., ...), (0, 0, 0, 0, 0), 6])
def test_parts_that_are_not_there(tmp_path, series, index):
    data = mrsnr.load(apart(tmp_path, series)).data
    with pytest.raises(IndexError):
        data[index]


@pytest.mark.parametrize(("types", "expected"), [(("i2", "f4"), "f4"), (("u2", "i2"), "i4"), ((">i2", ">i2"), "i2")])
def test_files_of_several_types(tmp_path, series, types, expected):
    files = [written(tmp_path / f"{k}.nii", series[..., k].astype(types[k])) for k in range(2)]
    image = mrsnr.load(files)
    assert image.data.dtype == np.asarray(image.data).dtype == np.dtype(expected)
    np.testing.assert_array_equal(image.data, series[..., :2])


def test_files_of_several_scales(tmp_path, series):
    scales = [1, 2.5, 0.25]
    files = [written(tmp_path / f"{k}.nii", series[..., k], slope=slope) for k, slope in enumerate(scales)]
    np.testing.assert_allclose(mrsnr.load(files).data, series[..., :3] * scales)
    np.testing.assert_allclose(mrsnr.load(files).data[..., 1], series[..., 1] * 2.5)


class TestOneAfterTheOther:
    def test_nothing_is_read_at_first(self, tmp_path, series):
        files = apart(tmp_path, series)
        image = mrsnr.load(files)
        files[3].unlink()
        np.testing.assert_array_equal(image.data[..., 2], series[..., 2])
        with pytest.raises(UnreadableError, match=r"volume003\.nii\.gz cannot be read"):
            np.asarray(image.data)

    def test_blocks_are_read_one_ahead(self, tmp_path, series):
        files = apart(tmp_path, series)
        stream = mrsnr.load(files).data.blocks(2)
        next(stream)
        for file in files[6:]:
            file.unlink()
        np.testing.assert_array_equal(next(stream), series[..., 2:4])
        np.testing.assert_array_equal(next(stream), series[..., 4:6])
        with pytest.raises(UnreadableError, match=r"volume006\.nii\.gz cannot be read"):
            next(stream)

    @pytest.mark.parametrize("ask", [np.asarray, lambda data: data[0, 0, 0, 3], lambda data: list(data.blocks(4))])
    def test_the_checksum_is_checked_whatever_is_asked_for(self, tmp_path, series, ask):
        files = apart(tmp_path, series)
        raw = bytearray(files[3].read_bytes())
        raw[-8] ^= 1  # the first byte of the checksum
        files[3].write_bytes(bytes(raw))
        with pytest.raises(UnreadableError, match=r"volume003\.nii\.gz"):
            ask(mrsnr.load(files).data)

    def test_memory_is_that_of_two_blocks(self, tmp_path):
        volume = np.ones((128, 64, 64), "f4")
        file = written(tmp_path / "volume.nii.gz", volume)
        image = mrsnr.load([file] * 30)
        tracemalloc.start()
        try:
            for _ in image.data.blocks(2):
                pass
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert peak < 8 * volume.nbytes  # four in blocks, one or two on their way

    def test_a_stream_may_be_left(self, tmp_path, series):
        stream = mrsnr.load(apart(tmp_path, series)).blocks()
        next(stream)
        stream.close()


class TestMeta:
    def test_it_is_that_of_the_first_file(self, tmp_path, series):
        files = apart(tmp_path, series)
        (tmp_path / "volume000.json").write_text('{"RepetitionTime": 1.5, "ImageType": ["M"]}')
        meta = mrsnr.load(files).meta
        assert (meta["source"], meta["tr"], meta["kind"]) == (str(files[0]), 1.5, "magnitude")
        assert meta["files"] == SHAPE[3]

    def test_one_file_is_that_file(self, tmp_path, series):
        file = written(tmp_path / "series.nii", series)
        image = mrsnr.load([file])
        assert image.shape == SHAPE
        assert image.meta["source"] == str(file)
        assert "files" not in image.meta

    def test_it_can_be_pickled(self, tmp_path, series):
        np.testing.assert_array_equal(pickle.loads(pickle.dumps(mrsnr.load(apart(tmp_path, series)))).data, series)  # noqa: S301


class TestMeasured:
    def test_temporal_snr_is_that_of_one_file_to_the_last_bit(self, tmp_path, series):
        one = mrsnr.temporal(mrsnr.load(written(tmp_path / "series.nii.gz", series)))
        many = mrsnr.temporal(mrsnr.load(apart(tmp_path, series)))
        np.testing.assert_array_equal(many.map, one.map)
        assert many.value == one.value

    def test_every_file_is_named_with_its_hash(self, tmp_path, series):
        files = apart(tmp_path, series)
        said = document(mrsnr.temporal(mrsnr.load(files)))
        assert [said["source"]["name"], *(one["name"] for one in said["inputs"])] == [file.name for file in files]
        assert {one["role"] for one in said["inputs"]} == {"volume"}
        hashes = [hashlib.sha256(file.read_bytes()).hexdigest() for file in files]
        assert [said["source"]["sha256"], *(one["sha256"] for one in said["inputs"])] == hashes

    def test_a_file_that_changed_since_has_no_hash(self, tmp_path, series):
        files = apart(tmp_path, series)
        result = mrsnr.temporal(mrsnr.load(files))
        files[4].write_bytes(gzip.compress(b"something else"))
        assert [one["sha256"] is None for one in document(result)["inputs"]] == [k == 4 for k in range(1, SHAPE[3])]

    def test_results_are_saved_under_the_name_of_the_first(self, tmp_path, series):
        names = {
            file.name for file in mrsnr.save(mrsnr.temporal(mrsnr.load(apart(tmp_path, series))), tmp_path / "out")
        }
        assert "volume000_tsnr.json" in names


class TestRefused:
    @pytest.fixture
    def first(self, tmp_path, series):
        return written(tmp_path / "first.nii", series[..., 0])

    def refuse(self, first, other, said, *, error=ImageError):
        with pytest.raises(error, match=said):
            mrsnr.load([first, first, other])

    def test_another_grid(self, tmp_path, first, series):
        other = written(tmp_path / "other.nii", series[:-1, ..., 0])
        said = r"File 3 of 3, other\.nii, has the shape \(5, 5, 4\); expected \(6, 5, 4\), that of first\.nii\."
        self.refuse(first, other, said)

    @pytest.mark.parametrize("shape", [(6, 5, 4, 2), (6, 5, 4, 1), (6, 5)])
    def test_no_single_volume(self, tmp_path, first, shape):
        other = written(tmp_path / "other.nii", np.ones(shape, "i2"))
        self.refuse(first, other, r"File 3 of 3, other\.nii, has the shape .* expected one volume \(x, y, z\) a file")
        self.refuse(other, first, r"File 1 of 3, other\.nii, has the shape")

    def test_another_place(self, tmp_path, first, series):
        affine = AFFINE.copy()
        affine[2, 3] = 2.1  # 0.7 voxels
        other = written(tmp_path / "other.nii", series[..., 1], affine=affine)
        self.refuse(first, other, r"other\.nii, lies up to 0\.7 voxels away from first\.nii, .* at most 0\.5")

    def test_almost_the_same_place_is_accepted(self, tmp_path, first, series):
        affine = AFFINE.copy()
        affine[2, 3] = 1.2  # 0.4 voxels
        image = mrsnr.load([first, written(tmp_path / "other.nii", series[..., 1], affine=affine)])
        np.testing.assert_array_equal(image.affine, AFFINE)

    def test_another_kind(self, tmp_path, first, series):
        other = written(tmp_path / "other_ph.nii", series[..., 1])
        self.refuse(first, other, r"other_ph\.nii, is of kind phase; expected magnitude, that of first\.nii")

    def test_a_missing_one(self, tmp_path, first):
        self.refuse(first, tmp_path / "gone.nii", r"There is no file .*gone\.nii", error=UnreadableError)

    def test_none(self):
        with pytest.raises(ArgumentError, match="The list of files is empty"):
            mrsnr.load([])
