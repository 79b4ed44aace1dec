"""Pictures of slices: each voxel where it belongs, in the colour of its value."""

import base64
import io

import numpy as np
import pytest
from PIL import Image as Picture

from mrsnr import Image
from mrsnr.figures.slices import Scale
from mrsnr.report.stills import Sheet, bar_of

RAS = np.diag([1.0, 1.0, 1.0, 1.0])


def pixels(layer):
    return np.asarray(Picture.open(io.BytesIO(base64.b64decode(layer.href.split(",")[1]))).convert("RGBA"))


def test_a_voxel_is_where_radiologists_expect_it():
    # of RAS voxels the last x is the patient's right, which is on the left of the page
    voxels = np.zeros((20, 30, 1))
    voxels[-1, -1] = 1  # right, front
    sheet = Sheet.of(Image(voxels, RAS))
    picture = pixels(sheet.coloured(voxels, Scale(0, 1, "neither", ""), cmap="gray", key="k", name="n"))
    assert picture.shape[:2] == (30, 20)
    bright = np.argwhere(picture[..., 0] > 128)
    assert bright.tolist() == [[0, 0]]  # the top is the front
    letters = {words.text: (words.x, words.y) for words in sheet.still([], name="", alt="").letters}
    assert letters["R"][0] < letters["L"][0]
    assert letters["A"][1] < letters["P"][1]


def test_values_have_the_colours_of_the_bar():
    values = np.linspace(0, 10, 24 * 24).reshape(24, 24, 1)
    scale = Scale(0, 10, "neither", "")
    sheet = Sheet.of(Image(values, RAS))
    picture = pixels(sheet.coloured(values, scale, cmap="viridis", key="k", name="n"))
    bar = bar_of(scale, cmap="viridis", label="")
    for fraction, colour in bar.stops:
        expected = [int(colour[k : k + 2], 16) for k in (1, 3, 5)]
        k = np.unravel_index(np.argmin(np.abs(values - 10 * fraction)), values.shape)
        seen = picture[23 - k[1], 23 - k[0], :3]
        np.testing.assert_allclose(seen, expected, atol=3)
    assert [at for at, _ in bar.ticks] == pytest.approx([float(label) / 10 for _, label in bar.ticks])


def test_undefined_voxels_are_grey():
    values = np.ones((20, 20, 1))
    values[:10] = np.nan
    sheet, scale = Sheet.of(Image(values, RAS)), Scale(0, 2, "neither", "")
    picture = pixels(sheet.coloured(values, scale, cmap="gray", key="k", name="n", undefined=115))
    assert (picture[:, 10:, :3] == 115).all()
    assert (picture[:, :10, :3] != 115).all()


def test_slices_stand_in_rows_with_their_numbers():
    voxels = np.zeros((16, 12, 17))
    for k in range(17):
        voxels[..., k] = k
    sheet = Sheet.of(Image(voxels, RAS))
    page = sheet.mosaic(voxels, empty=-1)
    still = sheet.still([], name="", alt="")
    assert len(still.heads) == len(sheet.shown) <= 8
    for head, number in zip(still.heads, sheet.shown, strict=True):
        assert head.text == f"slice {number}"
        assert page[int(head.y) + 3, int(head.x) + 3] == number
    assert page.shape == (still.height, still.width)


def test_flat_voxels_are_stretched_to_their_size():
    image = Image(np.zeros((20, 10, 2)), np.diag([1.0, 3.0, 5.0, 1.0]))
    still = Sheet.of(image, most=1).still([], name="", alt="")
    assert still.height / still.width == pytest.approx(30 / 20)


def test_masks_are_painted_where_they_are_and_the_later_above():
    image = Image(np.zeros((32, 32, 1)), RAS)
    one, two = np.zeros((2, 32, 32, 1), bool)
    one[4:20] = True
    two[10:20, 10:20] = True
    picture = pixels(Sheet.of(image).painted([one, two], ["#ff0000", "#0000ff"], key="k", name="n"))
    red, blue = (picture[..., k] > 200 for k in (0, 2))
    shown = np.asarray(Sheet.of(image).mosaic(two, empty=0), bool)
    np.testing.assert_array_equal(blue, shown)
    np.testing.assert_array_equal(red | blue, Sheet.of(image).mosaic(one, empty=0).astype(bool))


def test_large_slices_are_averaged():
    rng = np.random.default_rng(0)
    voxels = rng.normal(100, 10, (640, 640, 1))
    page = Sheet.of(Image(voxels, RAS)).mosaic(voxels, empty=np.nan)
    assert page.shape == (320, 320)
    assert page.mean() == pytest.approx(voxels.mean())
    assert page.std() == pytest.approx(voxels.std() / 2, rel=0.05)


@pytest.mark.parametrize(("slices", "labelled"), [(40, {20}), (40, {0, 39}), (5, {4}), (40, {39}), (9, {2, 3, 4})])
def test_the_slices_with_labels_are_shown(slices, labelled):
    where = np.zeros((8, 8, slices), bool)
    where[2, 2, list(labelled)] = True
    image = Image(np.zeros(where.shape), RAS)
    sheet = Sheet.of(image, where=where)
    assert min(slices, 4) <= len(sheet.shown) <= 8
    assert set(sheet.shown) <= set(range(slices))
    assert set(sheet.shown) & labelled or len(labelled) > 1
    middle = Sheet.of(image, most=1, where=where)
    assert len(middle.shown) == 1
    assert min(labelled) <= middle.shown[0] <= max(labelled)
