"""The one door, method ``auto``: images whose SNR is known, and images that must not be believed."""

import numpy as np
import pytest

import mrsnr
from mrsnr import Image, Snr, data, measure, noise
from mrsnr.errors import ArgumentError, ImageError, RegionError
from mrsnr.tables import below_detection
from simulated_scans import AFFINE, SIGMA, WINDOWS, coordinates, scanned
from spoiled_air import FILTERED, REMOVED

SMALL = (80, 80, 4)
LABELS_THAT_DO_NOT_FIT = [np.ones((3, 3, 3)), *(np.full(SMALL, value) for value in (0.0, 0.5, np.nan))]


def reasons(result):
    return {check.code for check in result.reasons}


def one_sigma(result):
    """Sigma, or the root mean square of its map."""
    return float(np.sqrt(np.nanmean(np.square(result.noise.sigma))))


def truth_of(labels, truth):
    """Mean SNR of the phantom's labels, weighted by their voxels."""
    voxels = {name: np.count_nonzero(labels.data == number) for number, name in labels.meta["names"].items()}
    return sum(voxels[name] * truth.snr[name] for name in truth.snr) / sum(voxels[name] for name in truth.snr)


def core_of(scan, margin=0.12):
    """Labels inside the body's three tissues, away from their edges."""
    x, y = (axis[..., None] for axis in coordinates(scan.voxels.shape))
    bright, dark = np.hypot(x - 0.25, y), np.hypot(x + 0.3, y)
    rest = (np.hypot(x, y / 0.85) < 0.55) & (bright > 0.2 + margin) & (dark > 0.2 + margin)
    numbers = np.select([bright < 0.2 - margin / 2, dark < 0.2 - margin / 2, rest & scan.body], [1, 2, 3], 0)
    return np.broadcast_to(numbers, scan.voxels.shape)


def truth_in(scan, labels):
    """Mean of amplitude over sigma in the labels."""
    return float((scan.amplitude / scan.sigma_map)[labels > 0].mean())


class TestPlainImages:
    @pytest.mark.parametrize("snr", [10, 20])
    def test_the_phantom_is_measured_and_trusted(self, snr):
        covered = []
        for seed in range(3):
            image, labels, truth = data.phantom((128, 128, 7), snr=snr, seed=seed)
            result = measure(image, labels=labels)
            expected = truth_of(labels, truth)
            assert (result.verdict, result.method) == ("trusted", "air")
            assert result.reasons == ()
            assert result.value == pytest.approx(expected, rel=0.02)
            assert one_sigma(result) == pytest.approx(truth.sigma, rel=0.02)
            low, high = result.interval
            assert low < result.value < high
            covered.append(low < expected < high)
        assert sum(covered) >= 2

    def test_each_label_of_the_phantom_has_its_snr(self):
        image, labels, truth = data.phantom((128, 128, 7), snr=20, seed=1)
        result = measure(image, labels=labels)
        assert {row.name for row in result.table} == set(truth.snr)
        for row in result.table:
            assert row.snr == pytest.approx(truth.snr[row.name], rel=0.05)
            assert row.low < row.snr < row.high
            assert row.voxels == np.count_nonzero(labels.data == row.label)

    @pytest.mark.parametrize("channels", [1, 4, 8])
    @pytest.mark.parametrize("snr", [5, 20])
    def test_a_scan_of_any_number_of_channels(self, snr, channels):
        scan = scanned(snr, channels=channels, seed=snr + channels)
        labels = core_of(scan)
        result = measure(scan.image, labels=labels)
        assert result.method == "air"
        assert result.value == pytest.approx(truth_in(scan, labels), rel=0.03)
        assert one_sigma(result) == pytest.approx(SIGMA, rel=0.02)
        assert result.verdict == "trusted"

    def test_the_interval_holds_the_truth_and_is_narrow(self):
        """18 scans: 95 % of an honest interval is 17; two outside are a one in twenty."""
        hits, widths = [], []
        for seed in range(18):
            scan = scanned(12, seed=100 + seed, shape=SMALL, channels=1 + 3 * (seed % 2))
            labels = core_of(scan)
            result = measure(scan.image, labels=labels)
            low, high = result.interval
            hits.append(low < truth_in(scan, labels) < high)
            widths.append((high - low) / 2 / result.value)
        assert sum(hits) >= 15
        assert np.median(widths) < 0.05

    @pytest.mark.parametrize("snr", [5, 20, 50])
    def test_without_labels_the_object_and_its_tissues_are_found(self, snr):
        scan = scanned(snr, seed=3)
        result = measure(scan.image)
        assert result.value == pytest.approx(scan.snr, rel=0.03)
        assert [row.name.split(" (")[0] for row in result.table] == [
            f"tissue {k + 1}" for k in range(len(result.table))
        ]
        assert sum(row.voxels for row in result.table) == pytest.approx(scan.body.sum(), rel=0.05)

    def test_the_map_is_the_snr_of_every_voxel(self):
        scan = scanned(20, seed=4)
        result = measure(scan.image)
        assert result.map.shape == scan.voxels.shape
        assert np.median(result.map[scan.body] - (scan.amplitude / SIGMA)[scan.body]) == pytest.approx(0, abs=0.3)
        assert np.median(result.map[scan.air]) < 1

    @pytest.mark.parametrize("name", WINDOWS)
    def test_through_any_window_the_answer_is_right_or_doubted(self, name):
        scan = scanned(20, seed=5, window=WINDOWS[name])
        result = measure(scan.image, labels=core_of(scan))
        assert result.value is not None
        off = abs(result.value / truth_in(scan, core_of(scan)) - 1)
        assert off < (0.05 if result.verdict == "trusted" else 0.25)

    @pytest.mark.parametrize(("sigma", "store"), [(1, np.round), (2, np.round), (5, np.round), (2, np.floor)])
    def test_whole_numbers(self, sigma, store):
        scan = scanned(20, sigma=sigma, seed=6)
        result = measure(scan.of(store(scan.voxels).astype(np.uint16)), labels=core_of(scan))
        assert result.value == pytest.approx(truth_in(scan, core_of(scan)), rel=0.05)

    @pytest.mark.parametrize("channels", [1, 4])
    def test_the_number_of_channels_may_be_given_or_in_the_header(self, channels):
        scan = scanned(8, channels=channels, seed=7)
        given = measure(scan.image, channels=channels)
        header = measure(scan.of(scan.voxels, channels=channels))
        assert given.value == header.value
        assert given.noise.channels == header.noise.channels == channels
        assert given.value == pytest.approx(measure(scan.image).value, rel=0.03)

    def test_a_wrong_number_of_channels_is_noticed(self):
        scan = scanned(8, channels=8, seed=8)
        assert measure(scan.image, channels=1).verdict != "trusted"

    @pytest.mark.parametrize("channels", [0, -1, "one", np.inf])
    def test_what_is_no_number_of_channels_is_refused(self, channels):
        with pytest.raises(ArgumentError, match="positive number of receive channels"):
            measure(scanned(20, shape=SMALL).image, channels=channels)


class TestDoubtfulImages:
    @pytest.mark.parametrize("name", REMOVED)
    def test_air_that_was_removed_is_not_answered_from(self, name):
        channels = 1 if len(name) % 2 else 8
        scan = scanned(20, channels=channels, seed=10)
        result = measure(scan.of(REMOVED[name](scan)), labels=core_of(scan), channels=channels)
        assert result.method in {"tissue", "none"}
        assert result.verdict in {"caution", "refused"}
        assert result.reasons
        if result.value is not None:
            assert result.value == pytest.approx(truth_in(scan, core_of(scan)), rel=0.1)

    @pytest.mark.parametrize("air", ["zero", "smooth"])
    @pytest.mark.parametrize("snr", [10, 40])
    def test_nor_is_that_of_the_phantom(self, air, snr):
        image, labels, truth = data.phantom((128, 128, 7), snr=snr, air=air)
        result = measure(image, labels=labels)
        assert result.method != "air"
        assert result.verdict != "trusted"
        assert result.value is None or result.value == pytest.approx(truth_of(labels, truth), rel=0.25)

    @pytest.mark.parametrize("name", FILTERED)
    def test_air_that_was_filtered_is_not_believed(self, name):
        scan = scanned(20, seed=11)
        result = measure(scan.of(FILTERED[name](scan)), labels=core_of(scan))
        assert result.verdict != "trusted"
        if result.value is not None and result.value != pytest.approx(truth_in(scan, core_of(scan)), rel=0.25):
            (check,) = (check for check in result.reasons if check.code == "agreement")
            assert check.verdict == "fail"

    @pytest.mark.parametrize("ghost", [0.01, 0.03, 0.1])
    @pytest.mark.parametrize("channels", [1, 4])
    def test_a_ghost_does_not_go_unnoticed(self, ghost, channels):
        scan = scanned(20, ghost=ghost, channels=channels, seed=12)
        result = measure(scan.image)
        if result.verdict == "trusted":
            assert one_sigma(result) == pytest.approx(SIGMA, rel=0.05)
        elif result.value is not None:
            assert one_sigma(result) == pytest.approx(SIGMA, rel=0.25)

    @pytest.mark.parametrize("top", [15, 20, 25])
    def test_clipped_tissue_is_not_trusted(self, top):
        """The brightest tissue of SNR 28, or all of it, is stored as the largest number there is."""
        scan = scanned(20, seed=13)
        assert measure(scan.of(np.minimum(scan.voxels, top * SIGMA))).verdict != "trusted"

    @pytest.mark.parametrize("air", [0.3, 0.0])
    @pytest.mark.parametrize("name", ["ramp", "g-factor"])
    def test_noise_that_varies_is_mapped_or_doubted(self, name, air):
        x, y = coordinates((128, 128, 6))
        field = {"ramp": 1 + 0.35 * x, "g-factor": 1 + np.exp(-(x**2 + y**2) / 0.2)}[name][..., None]
        scan = scanned(20, air=air, field=field, seed=14, shape=(128, 128, 6))
        labels = core_of(scan)
        result = measure(scan.image, labels=labels, channels=1)
        assert result.value == pytest.approx(truth_in(scan, labels), rel=0.05 if result.verdict == "trusted" else 0.25)
        if np.ndim(result.noise.sigma):
            assert result.noise.sigma.shape == scan.voxels.shape
            inside = np.isfinite(result.noise.sigma)
            assert np.median(np.abs(result.noise.sigma / scan.sigma_map - 1)[inside]) < 0.08
            np.testing.assert_array_equal(np.isnan(result.map), ~inside)
        else:
            assert result.verdict != "trusted"

    def test_an_image_without_air_is_measured_in_tissue(self):
        scan = scanned(25, air=0.0, seed=15)
        result = measure(scan.image, labels=core_of(scan))
        assert (result.method, result.verdict) == ("tissue", "caution")
        assert result.value == pytest.approx(truth_in(scan, core_of(scan)), rel=0.1)
        low, high = result.interval
        assert low < truth_in(scan, core_of(scan)) < high

    def test_nothing_but_noise_has_no_snr(self):
        rng = np.random.default_rng(0)
        result = measure(Image(rng.rayleigh(SIGMA, (96, 96, 5)), AFFINE))
        assert result.verdict != "trusted"
        assert result.value is None or result.value < 1

    def test_a_refused_result_is_empty_but_for_its_reasons(self):
        """A cross of two values: neither air nor object shows noise."""
        x, y = coordinates()
        cross = np.where((np.abs(x) < 0.1) | (np.abs(y) < 0.1), 100.0, 0.0)[..., None] * np.ones((96, 96, 5))
        result = measure(Image(cross, AFFINE))
        assert (result.value, result.interval, result.map, result.table, result.noise) == (None, None, None, (), None)
        assert (result.verdict, result.method) == ("refused", "none")
        assert "defined" in reasons(result)
        assert all(check.sentence.endswith(".") for check in result.reasons)


SPOILED = {
    "plain": {},
    "little air": {"air": 0.08},
    "no air": {"air": 0.0},
    "zero-filled": {"window": {"filled": 1.5}},
    "twice zero-filled": {"window": {"filled": 2.0}},
    "Hamming": {"window": {"depth": 0.46}},
    "ghost": {"ghost": 0.03},
    "strong ghost": {"ghost": 0.15},
    "fine texture": {"texture": 0.05},
    "ramp": {"field": 1 + 0.3 * coordinates()[0][..., None]},
    "g-factor": {"field": 1 + np.exp(-(coordinates()[0] ** 2 + coordinates()[1] ** 2) / 0.2)[..., None]},
}


class TestWithoutWarning:
    """The promise: what is trusted is right."""

    @pytest.mark.parametrize(("snr", "channels"), [(3, 1), (8, 8), (30, 1)])
    @pytest.mark.parametrize("name", SPOILED)
    def test_nothing_is_wrong_without_warning(self, name, snr, channels):
        scan = scanned(snr, channels=channels, seed=17 + snr + channels, **SPOILED[name])
        labels = core_of(scan)
        result = measure(scan.image, labels=labels)
        if result.verdict == "trusted":
            expected = np.sqrt(np.mean(scan.sigma_map[labels > 0] ** 2))
            assert one_sigma(result) == pytest.approx(expected, rel=0.1)
            assert result.value == pytest.approx(truth_in(scan, labels), rel=0.1)
        else:
            assert result.reasons


class TestKinds:
    def test_a_phase_image_is_refused_with_the_reason(self):
        angles = np.random.default_rng(0).uniform(-np.pi, np.pi, SMALL)
        result = measure(Image(angles, AFFINE, {"kind": "phase"}))
        assert (result.value, result.verdict, result.method) == (None, "refused", "none")
        assert reasons(result) == {"kind"}
        assert "phase" in result.reasons[0].sentence

    @pytest.mark.parametrize("kind", ["real", "imaginary"])
    def test_a_real_part_has_gaussian_noise(self, kind):
        scan = scanned(20, seed=16)
        part = scan.amplitude + np.random.default_rng(1).normal(0, SIGMA, scan.voxels.shape)
        result = measure(scan.of(part, kind=kind), labels=core_of(scan))
        assert result.noise.channels == 0.5
        assert one_sigma(result) == pytest.approx(SIGMA, rel=0.03)
        assert result.value == pytest.approx(truth_in(scan, core_of(scan)), rel=0.03)
        assert result.verdict == "trusted"

    def test_a_negative_real_part_is_as_good(self):
        scan = scanned(20, seed=17)
        part = scan.amplitude + np.random.default_rng(2).normal(0, SIGMA, scan.voxels.shape)
        one, other = (measure(scan.of(sign * part, kind="real")) for sign in (1, -1))
        assert other.value == pytest.approx(one.value, rel=1e-9)

    def test_a_complex_image_is_measured_by_its_magnitude(self):
        scan = scanned(20, seed=18)
        turned = scan.voxels * np.exp(1j * np.random.default_rng(3).uniform(0, 6, scan.voxels.shape))
        result = measure(scan.of(turned, kind="complex"))
        assert result.value == pytest.approx(measure(scan.image, channels=1).value, rel=1e-6)
        assert result.verdict == "trusted"


class TestRepeats:
    def pair(self, snr=20, seed=20, **options):
        return [scanned(snr, seed=seed + 50 * k, **options) for k in range(2)]

    @pytest.mark.parametrize("channels", [1, 4])
    def test_a_pair_is_measured_by_its_difference_and_trusted(self, channels):
        one, other = self.pair(channels=channels)
        for labels, within in ((None, 0.02), (core_of(one), 0.04)):  # 20,000 voxels, and 3,500
            result = measure(one.image, repeat=other.image, labels=labels)
            assert (result.method, result.verdict) == ("difference", "trusted")
            assert one_sigma(result) == pytest.approx(SIGMA, rel=within)
        assert result.value == pytest.approx(truth_in(one, core_of(one)), rel=0.04)

    def test_a_pair_of_phantoms_is_too(self):
        one, other = (data.phantom((128, 128, 7), snr=20, seed=seed) for seed in (1, 2))
        result = measure(one.image, repeat=other.image, labels=one.labels)
        assert result.verdict == "trusted"
        assert one_sigma(result) == pytest.approx(one.truth.sigma, rel=0.02)
        assert result.value == pytest.approx(truth_of(one.labels, one.truth), rel=0.02)

    def test_removed_air_does_not_matter_to_a_pair(self):
        pair = [scan.of(REMOVED["zero"](scan)) for scan in self.pair()]
        result = measure(pair[0], repeat=pair[1], channels=1)
        assert result.method == "difference"
        assert one_sigma(result) == pytest.approx(SIGMA, rel=0.02)

    def test_several_repeats_are_replicas_on_the_last_axis_or_one_by_one(self):
        scans = [scanned(20, seed=20 + k, shape=SMALL) for k in range(4)]
        series = Image(np.stack([scan.voxels for scan in scans], axis=-1), AFFINE)
        result = measure(series, repeats=True)
        assert isinstance(result, Snr)
        assert (result.method, result.verdict) == ("replicas", "trusted")
        assert one_sigma(result) == pytest.approx(SIGMA, rel=0.02)
        other = measure(scans[0].image, repeat=[scan.image for scan in scans[1:]])
        assert other.value == pytest.approx(result.value, rel=1e-9)

    def test_several_volumes_are_not_taken_for_repeats(self):
        scans = [scanned(snr, seed=30 + snr, shape=SMALL) for snr in (10, 20, 40)]
        results = measure(Image(np.stack([scan.voxels for scan in scans], axis=-1), AFFINE))
        assert isinstance(results, tuple)
        assert [result.value for result in results] == pytest.approx([scan.snr for scan in scans], rel=0.06)
        assert [result.provenance["volume"] for result in results] == [0, 1, 2]

    @pytest.mark.parametrize("change", [1.0, 1.1], ids=["copied", "scaled"])
    def test_the_same_noise_twice_is_not_trusted(self, change):
        scan = scanned(20, seed=40)
        result = measure(scan.image, repeat=scan.of(change * scan.voxels))
        assert result.verdict != "trusted"
        assert "identical" in reasons(result)

    def test_repeats_that_share_half_of_their_noise_are_not_trusted(self):
        one, other = self.pair(seed=41)
        half = (one.voxels + other.voxels) / 2
        assert measure(one.image, repeat=one.of(half)).verdict != "trusted"

    def test_an_object_that_moved_is_not_trusted(self):
        one, other = self.pair(seed=42)
        assert measure(one.image, repeat=other.of(np.roll(other.voxels, 1, axis=0))).verdict != "trusted"

    def test_noise_that_varies_is_a_map(self):
        x, y = coordinates()
        field = (1 + np.exp(-(x**2 + y**2) / 0.2))[..., None]
        one, other = self.pair(field=field, seed=43)
        result = measure(one.image, repeat=other.image, labels=core_of(one))
        assert result.value == pytest.approx(truth_in(one, core_of(one)), rel=0.05)
        inside = np.isfinite(result.noise.sigma)
        assert np.median(np.abs(result.noise.sigma / one.sigma_map - 1)[inside]) < 0.08

    def test_one_volume_is_too_few(self):
        with pytest.raises(ImageError, match="needs at least 2 volumes"):
            measure(scanned(20, shape=SMALL).image, repeats=True)

    def test_a_repeat_on_another_grid_is_refused(self):
        with pytest.raises(RegionError, match="on one grid"):
            measure(scanned(20).image, repeat=scanned(20, shape=SMALL).image)


class TestOtherSourcesOfNoise:
    def test_a_noise_scan_is_used(self):
        scan, empty = scanned(20, seed=50), scanned(0, seed=51)
        result = measure(scan.image, noise_scan=empty.image, labels=core_of(scan))
        assert (result.method, result.verdict) == ("noise_scan", "trusted")
        assert one_sigma(result) == pytest.approx(SIGMA, rel=0.01)
        assert result.value == pytest.approx(truth_in(scan, core_of(scan)), rel=0.02)

    def test_a_noise_scan_of_another_strength_is_not_trusted(self):
        scan, empty = scanned(20, seed=50), scanned(0, seed=51, sigma=2 * SIGMA)
        assert measure(scan.image, noise_scan=empty.image).verdict != "trusted"

    @pytest.mark.parametrize("channels", [1, 8])
    def test_a_noise_mask_is_used(self, channels):
        scan = scanned(20, channels=channels, seed=52)
        result = measure(scan.image, noise_mask=scan.air, labels=core_of(scan))
        assert (result.method, result.verdict) == ("air_rms", "trusted")
        assert one_sigma(result) == pytest.approx(SIGMA, rel=0.02)
        assert not (result.noise.region & scan.body).any()

    def test_a_noise_mask_on_tissue_is_not_trusted(self):
        scan = scanned(20, seed=53)
        assert measure(scan.image, noise_mask=core_of(scan) == 3).verdict != "trusted"

    def test_a_noise_mask_on_zeroed_air_is_not_trusted(self):
        scan = scanned(20, seed=54)
        result = measure(scan.of(REMOVED["half of it zero"](scan)), noise_mask=scan.air)
        assert result.verdict != "trusted"
        assert "zeros" in reasons(result)

    @pytest.mark.parametrize("method", [name for name in noise.names() if noise.fewest_volumes(name) == 1])
    def test_a_method_that_is_named_returns_its_value_at_worst_with_caution(self, method):
        """Air that was smoothed, and a ghost: nothing that says so takes the value away."""
        for scan in (scanned(20, seed=55, ghost=0.05), scanned(20, seed=56, channels=4)):
            spoiled = scan.of(FILTERED["smoothed a little"](scan))
            given = scanned(0, seed=57).image if method == "noise_scan" else None
            result = measure(spoiled, method, noise_scan=given)
            assert result.value > 0
            assert result.method == method
            assert result.verdict in {"trusted", "caution"}
            if one_sigma(result) != pytest.approx(SIGMA, rel=0.05):
                assert result.verdict == "caution"


class TestLabels:
    def test_a_label_below_detection_is_said_and_has_no_number(self):
        scan = scanned(20, seed=60)
        labels = {"body": core_of(scan) == 3, "air": scan.air}
        result = measure(scan.image, labels=labels)
        body, air = result.table
        assert below_detection(air)
        assert (air.snr, air.signal, air.low, air.high) == (None, None, None, None)
        assert air.voxels == scan.air.sum()
        assert result.value == body.snr
        assert result.verdict == "caution"
        (check,) = (check for check in result.reasons if check.code == "detection")
        assert "air" in check.sentence
        assert "below detection" in check.sentence

    def test_nothing_above_the_noise_is_refused(self):
        scan = scanned(20, seed=61)
        result = measure(scan.image, labels={"air": scan.air})
        assert (result.value, result.verdict) == (None, "refused")
        assert {"defined", "detection"} <= reasons(result)

    def test_the_value_is_the_mean_of_the_labels_by_voxels(self):
        scan = scanned(20, seed=62)
        result = measure(scan.image, labels=core_of(scan))
        rows = result.table
        expected = sum(row.voxels * row.snr for row in rows) / sum(row.voxels for row in rows)
        assert result.value == pytest.approx(expected, rel=1e-9)
        assert [row.label for row in rows] == [1, 2, 3]
        assert [row.snr for row in rows] == pytest.approx([28, 16, 20], rel=0.05)

    def test_labels_do_not_change_the_noise(self):
        scan = scanned(20, seed=63)
        assert measure(scan.image, labels=core_of(scan)).noise.sigma == measure(scan.image).noise.sigma

    def test_labels_elsewhere_in_the_patient_are_said(self):
        scan = scanned(20, seed=64)
        moved = AFFINE.copy()
        moved[0, 3] = 30
        result = measure(scan.image, labels=Image(core_of(scan), moved))
        assert "geometry" in reasons(result)

    @pytest.mark.parametrize("labels", LABELS_THAT_DO_NOT_FIT)
    def test_labels_that_do_not_fit_are_refused(self, labels):
        with pytest.raises(RegionError):
            measure(scanned(20, shape=SMALL).image, labels=labels)


@pytest.fixture(scope="module")
def references(cases):
    """The answers of the cases as they are."""
    return {name: measure(Image(voxels, AFFINE), **options) for name, (voxels, options) in cases.items()}


@pytest.fixture(scope="module")
def cases():
    """By name: an image that is answered from air, one from tissue, one from repeats, each with its options."""
    scan, other, whole = scanned(20, seed=70), scanned(20, seed=71), scanned(20, seed=72, sigma=40)
    labels = core_of(scan)
    return {
        "air": (np.round(whole.voxels), {"labels": labels}),
        "tissue": (np.round(REMOVED["zero"](whole)), {"labels": labels, "channels": 1}),
        "no labels": (np.round(whole.voxels), {}),
        "repeats": (np.round(scan.voxels), {"labels": labels, "repeat": scan.of(np.round(other.voxels))}),
    }


class TestInvariance:
    names = ("air", "tissue", "no labels", "repeats")

    def measured(self, cases, name, change):
        voxels, options = cases[name]
        options = dict(options)
        if "repeat" in options:
            options["repeat"] = Image(change(np.asarray(options["repeat"].data)), AFFINE)
        if "labels" in options and np.shape(change(voxels)) == voxels.shape:
            turned = change(options["labels"].astype(np.float64))
            options["labels"] = np.round(turned / turned.max() * 3).astype(int)
        return measure(Image(change(voxels), AFFINE), **options)

    def assert_same(self, one, other):
        assert other.value == pytest.approx(one.value, rel=1e-6)
        assert other.interval == pytest.approx(one.interval, rel=1e-6)
        assert (other.verdict, other.method) == (one.verdict, one.method)
        assert reasons(other) == reasons(one)

    @pytest.mark.parametrize("name", names)
    @pytest.mark.parametrize("factor", [1e-3, 1e3])
    def test_the_unit_does_not_matter(self, cases, references, name, factor):
        one = references[name]
        other = self.measured(cases, name, lambda voxels: factor * voxels)
        self.assert_same(one, other)
        assert one_sigma(other) == pytest.approx(factor * one_sigma(one), rel=1e-6)

    @pytest.mark.parametrize("name", names)
    @pytest.mark.parametrize("axis", [0, 1, 2])
    def test_flips_do_not_matter(self, cases, references, name, axis):
        self.assert_same(references[name], self.measured(cases, name, lambda voxels: np.flip(voxels, axis)))

    @pytest.mark.parametrize("name", names)
    @pytest.mark.parametrize("dtype", [np.float32, np.uint16])
    def test_the_type_of_lossless_voxels_does_not_matter(self, cases, references, name, dtype):
        self.assert_same(references[name], self.measured(cases, name, lambda voxels: voxels.astype(dtype)))

    @pytest.mark.parametrize("clusters", [2, 6])
    def test_the_number_of_clusters_does_not_move_the_answer(self, cases, references, clusters):
        voxels, options = cases["air"]
        one, other = references["air"], measure(Image(voxels, AFFINE), clusters=clusters, **options)
        assert (other.value, other.interval, other.verdict) == (one.value, one.interval, one.verdict)

    @pytest.mark.parametrize("margin", [4, 10])
    def test_a_crop_agrees_within_the_interval(self, margin):
        scan = scanned(20, seed=73, shape=(128, 128, 5))
        inner = (slice(margin, -margin), slice(margin, -margin))
        whole, part = measure(scan.image), measure(scan.of(scan.voxels[inner]))
        assert whole.noise.interval[0] < one_sigma(part) < whole.noise.interval[1]

    def test_measuring_again_gives_the_same(self, cases, references):
        voxels, options = cases["air"]
        one, other = references["air"], measure(Image(voxels, AFFINE), **options)
        assert (one.value, one.interval) == (other.value, other.interval)


class TestArguments:
    @pytest.mark.parametrize("verb", [mrsnr.measure, mrsnr.temporal])
    @pytest.mark.parametrize("what", [np.ones((4, 4, 4, 4)), "scan.nii", None])
    def test_what_is_no_image_is_refused_with_what_to_do(self, verb, what):
        with pytest.raises(ArgumentError, match=r"mrsnr\.load"):
            verb(what)

    def test_an_unknown_method_is_refused_with_the_choices(self):
        with pytest.raises(ArgumentError, match=r"the methods are .*air.*mixture.*tissue"):
            measure(scanned(20, shape=SMALL).image, "magic")

    def test_the_default_is_auto(self):
        image = scanned(20, shape=SMALL).image
        assert measure(image).value == measure(image, "auto").value

    @pytest.mark.parametrize(
        ("voxels", "words"),
        [
            (np.full((4, 4, 4), np.nan), "No voxel is finite"),
            (np.full((32, 32, 4), 7), "same value, 7"),
            (np.zeros((32, 32, 4)), "same value, 0"),
        ],
    )
    def test_images_without_noise_or_voxels_are_refused(self, voxels, words):
        with pytest.raises(ImageError, match=words):
            measure(Image(voxels, AFFINE))

    def test_the_callers_error_state_does_not_matter(self):
        image = scanned(20, shape=SMALL).image
        series = Image(np.stack([np.asarray(image.data)] * 2 + [np.zeros(image.shape)] * 3, axis=-1), AFFINE)
        with np.errstate(all="raise"):
            strict, strict_series = measure(image), mrsnr.temporal(series)
        assert strict.value == measure(image).value
        np.testing.assert_array_equal(strict_series.map, mrsnr.temporal(series).map)

    @pytest.mark.parametrize("method", ["auto", "mixture"])
    def test_nothing_of_the_callers_is_changed(self, method):
        scan = scanned(20, shape=SMALL)
        image, labels = scan.image, core_of(scan).copy()
        before, kept = np.asarray(image.data).copy(), labels.copy()
        state = np.random.get_state()[1].copy()  # noqa: NPY002 - the global state is what is tested
        measure(image, method, labels=labels)
        np.testing.assert_array_equal(image.data, before)
        np.testing.assert_array_equal(labels, kept)
        np.testing.assert_array_equal(np.random.get_state()[1], state)  # noqa: NPY002

    def test_an_unusable_volume_among_others_is_refused_alone(self):
        good = scanned(20, shape=SMALL).voxels
        series = np.stack([good, np.full_like(good, 7), np.full_like(good, np.nan)], axis=-1)
        first, constant, undefined = measure(Image(series, AFFINE))
        assert first.value == measure(Image(good, AFFINE)).value
        assert (constant.value, undefined.value) == (None, None)
        assert "same value, 7" in constant.reasons[0].sentence
        assert "No voxel is finite" in undefined.reasons[0].sentence
        with pytest.raises(ImageError, match="same value"):
            measure(Image(series[..., [1, 1]], AFFINE))

    def test_the_tutorial_s_value_has_a_definition_of_its_own(self):
        image = scanned(20, shape=SMALL).image
        assert measure(image).provenance["definition"] == "snr/1"
        assert measure(image, "mixture").provenance["definition"] == "mixture-snr/2"
