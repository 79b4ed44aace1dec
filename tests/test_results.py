"""From a noise that the test knows to a table, a value and a verdict."""

import numpy as np
import pytest

import mrsnr
from mrsnr import Image
from mrsnr.model import Noise, Regions
from mrsnr.results import divided, inputs_of, refused, unusable

ORIGIN = {"asked": "tissue", "inputs": ()}


def noise_of(image, sigma, *, method="tissue", **options):
    where = np.isfinite(np.broadcast_to(sigma, image.shape))
    given = {"channels": 1, "interval": (0.99, 1.01), "region": where, "checks": (), "parameters": {}, **options}
    return Noise(sigma=sigma, method=method, **given)


@pytest.fixture(scope="module")
def kidney():
    return mrsnr.data.phantom((128, 128, 9), snr=40)


def test_a_map_that_ends_inside_a_label_goes_on_as_its_nearest_sigma(kidney):
    image, _, truth = kidney
    labels = {1: np.asarray(truth.signal > 300), 2: np.asarray((truth.signal > 50) & (truth.signal < 200))}
    partly = np.where(truth.signal > 400, truth.sigma, np.nan)  # all of label 2 is beyond its end
    regions = Regions(labels=labels)
    mapped = divided(image, noise_of(image, partly), regions, (), None, origin=ORIGIN)
    for row in mapped.table:
        true = truth.signal[labels[row.label]].mean() / truth.sigma
        assert row.snr == pytest.approx(true, rel=0.02)
        assert row.voxels == labels[row.label].sum()
    assert np.isnan(mapped.noise.sigma[truth.air]).all()  # the map that is given back ends where it ended
    assert np.isnan(mapped.map[truth.air]).all()


def test_the_tissues_do_not_depend_on_whether_sigma_is_a_map(kidney):
    image, _, truth = kidney
    sigma = np.full(image.shape, truth.sigma)
    one, mapped = (
        divided(image, noise_of(image, s, region=truth.air), Regions(), (), None, origin=ORIGIN)
        for s in (float(truth.sigma), sigma)
    )
    assert [row.voxels for row in one.table] == [row.voxels for row in mapped.table]
    for label, region in one.regions.labels.items():
        np.testing.assert_array_equal(region, mapped.regions.labels[label])
    assert mapped.value == pytest.approx(one.value, rel=0.02)


def test_a_value_of_labels_is_their_mean_by_voxels(two_levels):
    image = two_levels(sigma=10, snr=50)
    labels = np.zeros(image.shape, int)
    labels[34:36], labels[40:60] = 1, 2
    regions = Regions(labels={n: labels == n for n in (1, 2)})
    result = divided(image, noise_of(image, 10.0, region=labels == 0), regions, (), None, origin=ORIGIN)
    rows = result.table
    assert result.value == pytest.approx((rows[0].snr * 2 + rows[1].snr * 20) / 22, rel=1e-12)
    assert result.value == pytest.approx(50, rel=0.01)
    assert result.provenance["of"] == "labels"


def test_a_signal_below_detection_is_said_and_left_out(two_levels):
    image = two_levels(sigma=10, snr=50)
    labels = np.zeros(image.shape, int)
    labels[2:30], labels[40:60] = 1, 2
    regions = Regions(labels={n: labels == n for n in (1, 2)}, names={1: "air", 2: "tissue"})
    result = divided(image, noise_of(image, 10.0, region=labels == 0), regions, (), None, origin=ORIGIN)
    assert result.table[0].snr is None
    assert result.value == result.table[1].snr
    assert any(check.code == "detection" and "air" in check.sentence for check in result.reasons)


def test_no_signal_no_noise_no_voxel_each_has_its_sentence(two_levels):
    image = two_levels()
    air = np.zeros(image.shape, bool)
    air[2:30] = True
    data = np.asarray(image.data).copy()
    data[2:30] = np.nan
    cases = {
        "no signal above the noise": (image, noise_of(image, 10.0, region=~air)),
        "no noise to divide by": (image, noise_of(image, 10.0, region=air, interval=None)),
        "no voxel of the labels is finite": (Image(data, image.affine), noise_of(image, 10.0, region=~air)),
    }
    for words, (one, found) in cases.items():
        known = Noise(**{**vars(found), "sigma": None}) if "divide" in words else found
        result = divided(one, known, Regions(labels={1: air}), (), None, origin=ORIGIN)
        assert (result.value, result.interval, result.method, result.verdict) == (None, None, "none", "refused")
        assert any(words in check.sentence for check in result.reasons)


def test_a_phase_image_says_that_it_is_one(two_levels):
    image = Image(two_levels().data, np.eye(4), {"kind": "phase"})
    found = Noise(**{**vars(noise_of(image, 10.0, region=np.zeros(image.shape, bool))), "sigma": None})
    result = divided(image, found, Regions(), (), None, origin=ORIGIN)
    assert [check.code for check in result.reasons] == ["kind"]


def test_refused_results_keep_what_was_asked(two_levels):
    result = unusable(two_levels(), ValueError("It is too small."), origin={"asked": "mixture", "inputs": ()})
    assert result.provenance["asked"] == "mixture"
    assert result.provenance["definition"] == "mixture-snr/2"
    assert "It is too small." in result.reasons[0].sentence
    assert refused(two_levels(), result.reasons, origin=ORIGIN).provenance["definition"] == "snr/1"


def test_the_inputs_beside_the_image_are_remembered(two_levels):
    one, other = (Image(two_levels().data, np.eye(4), {"source": f"{n}.nii"}) for n in "ab")
    found = inputs_of(repeat=[one, other], noise_scan=None, noise_mask=np.ones(3), labels={"left": one})
    assert [(role, meta["source"]) for role, meta in found] == [
        ("repeat", "a.nii"),
        ("repeat", "b.nii"),
        ("labels", "a.nii"),
    ]
