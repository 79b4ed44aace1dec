"""Values that hazen's own tests expect of two pairs of phantom images (MANIFEST.tsv of the shared data).

Hazen takes five squares of 20 x 20 stored values: the mean of the first image over the SD of the difference, over the
root of 2, averaged. It normalises to 30 kHz, a cubic centimetre and a second of repetitions, all from the header.
"""

import numpy as np
import pytest

import mrsnr

PAIRS = [
    (("phantom-pair-ge/IM-0003-0001.dcm", "phantom-pair-ge/IM-0004-0001.dcm"), (127, 129), 1517.88, 8.254476647778304),
    (("phantom-pair-vida/HC_SNR_SAG_1.dcm", "phantom-pair-vida/HC_SNR_SAG_2.dcm"), (129, 126), 4809.91, 13.5370718127),
]


def stored(image):
    """Stored values as the file has them, shape (row, column)."""
    scale = image.meta["scaling"]
    values = (np.asarray(image.data) - scale["intercept"]) / scale["slope"]
    return values[:, ::-1, 0].T


def squares(values, column, row):
    yield values[row - 10 : row + 10, column - 10 : column + 10]
    for down in (-50, 30):
        for right in (-50, 30):
            yield values[row + down : row + down + 20, column + right : column + right + 20]


def normalisation(image):
    header, (dx, dy, _) = image.meta["sidecar"], image.voxel_size
    columns, rows = image.grid[:2]
    bandwidth = np.sqrt(header["PixelBandwidth"] * columns / 2 / 1000 / 30)
    voxel = 1 / (0.001 * dx * dy * header["SliceThickness"])
    return bandwidth * voxel / np.sqrt(header["NumberOfAverages"] * rows * header["RepetitionTime"])


@pytest.mark.parametrize(("files", "centre", "published", "factor"), PAIRS)
def test_the_subtraction_snr_of_stored_values_is_the_published_one(shared_data, files, centre, published, factor):
    first, second = (mrsnr.load(shared_data(file)) for file in files)
    assert normalisation(first) == pytest.approx(factor, rel=1e-6)
    one, two = stored(first), stored(second)
    ratios = [
        a.mean() / (np.std(d, ddof=1) / np.sqrt(2))
        for a, d in zip(squares(one, *centre), squares(one - two, *centre), strict=True)
    ]
    assert np.mean(ratios) * factor == pytest.approx(published, rel=0.02)


@pytest.mark.parametrize(("files", "sigma"), [(PAIRS[0][0], 9.01), (PAIRS[1][0], 2.54)])
def test_the_default_is_the_noise_of_the_whole_object(shared_data, files, sigma):
    """Sigma of five small regions (accuracy-of-peers.md, part B), in which slow change between the two hardly shows."""
    first, second = (mrsnr.load(shared_data(file)) for file in files)
    result = mrsnr.measure(first, repeat=second)
    assert result.method == "difference"
    assert np.nanmedian(result.noise.sigma) == pytest.approx(sigma, rel=0.06)
    low, high = result.interval
    assert low < result.value < high
