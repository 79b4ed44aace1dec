"""What the paragraph says must be what was done, with the numbers of the result and the truth of the simulation."""

import re

import numpy as np
import pytest

import mrsnr
from mrsnr import Image, noise
from mrsnr.io.document import document
from mrsnr.report.names import NAMES
from mrsnr.report.noise_words import HOW
from mrsnr.report.prose import methods_paragraph
from mrsnr.report.references import references_for
from mrsnr.wording import many, number
from repeated_scans import SIGMA, scanned, tissues
from written_about import (
    NUMBER,
    SNR,
    citations,
    every_method,
    found,
    is_a_paragraph,
    measured_by,
    paragraph_of,
    refused,
    trusted,
)


def test_it_has_the_numbers_of_the_result_and_of_the_truth():
    result = trusted()
    text = paragraph_of(result)
    assert found(rf"σ was {NUMBER} in image units", text) == pytest.approx(SIGMA, rel=0.01)
    assert f"was {number(result.value)} (95 % interval {number(result.interval[0])} to" in text
    assert f"from {many(int(result.noise.region.sum()))} voxels of air" in text
    for (name, mask), row in zip(zip("abc", tissues().labels.values(), strict=True), result.table, strict=True):
        assert f"“tissue of {name}” ({many(int(mask.sum()))} voxels)" in text
        assert f"{number(row.snr)} ({number(row.low)} to {number(row.high)})" in text
    assert "It was a magnitude image of 96 × 96 × 4 voxels of 2 × 2 × 5 mm." in text
    assert "rated the result “trusted”" in text
    assert is_a_paragraph(text)


def test_a_noise_mask_is_counted_to_the_voxel(two_levels):
    mask = np.zeros((64, 64, 6), dtype=bool)
    mask[2:20, 5:55, 1:4] = True
    text = paragraph_of(mrsnr.measure(two_levels(sigma=10.0), noise_mask=mask, channels=1))
    assert "σ was taken from 2 700 voxels of air in the noise mask that was given, as their root mean square" in text
    assert found(rf"σ was {NUMBER} in image units", text) == pytest.approx(10, rel=0.03)
    assert "estimated" not in text


@pytest.mark.parametrize("method", noise.names())
def test_every_method_has_its_own_words(method):
    assert set(HOW) == set(noise.names())
    result = measured_by(method)
    text = paragraph_of(result)
    assert is_a_paragraph(text)
    assert f"{many(int(result.noise.region.sum()))} voxels" in text
    assert "mrsnr " + result.provenance["version"] + " [1]" in text
    assert f"(definition {result.provenance['definition']})" in text
    levels = re.findall(rf"(?:σ was|its median was) {NUMBER} in image units", text)
    assert [float(level) for level in levels] == [pytest.approx(SIGMA, rel=0.05)]


@pytest.mark.parametrize("method", noise.names())
def test_citations_count_up_from_one_and_stand_for_the_references(method):
    result = measured_by(method)
    numbers = citations(paragraph_of(result))
    firsts = list(dict.fromkeys(numbers))
    assert firsts == list(range(1, len(firsts) + 1))
    assert len(references_for(result)) == len(firsts)


def test_no_two_methods_say_the_same():
    told = {re.sub(r"[\d.,]+", "", paragraph_of(result)) for result in every_method().values()}
    assert len(told) == len(every_method())


def test_one_acquisition_claims_no_repeats_and_no_other_method():
    text = paragraph_of(trusted())
    for word in ("acquisitions", "difference", "k-means", "mixture", "noise scan", "polynomial", "a map", "Slow"):
        assert word not in text


def test_repeats_say_how_many_and_the_snr_that_one_has():
    text = paragraph_of(measured_by("replicas"))
    assert "Each of the 4 acquisitions was a magnitude image" in text
    assert "root of the mean variance over the 4 acquisitions about a linear trend" in text
    assert "The signal was the mean over the 4 acquisitions; the SNR is that of one." in text
    assert "difference of the two acquisitions over √2" in paragraph_of(measured_by("difference"))


def test_a_single_volume_method_on_repeats_says_that_the_first_was_used():
    result = mrsnr.measure(scanned(SNR, volumes=2), "air", repeats=True)
    assert "Of the repeats the first was used for that." in paragraph_of(result)


def test_the_tutorials_method_leaves_the_noise_floor_in():
    text = paragraph_of(measured_by("mixture"))
    assert "noise floor included" in text
    assert "mixture of 3 Gaussians" in text
    assert "taken out" not in text
    assert "interval" not in text.replace("this definition has no interval", "").replace("width of the interval", "")


@pytest.mark.parametrize("channels", [1, 4])
def test_the_number_of_channels_is_said(channels):
    image = scanned(SNR, channels=channels, volumes=1)
    text = paragraph_of(mrsnr.measure(Image(image.data[..., 0], image.affine, image.meta)))
    assert ("n = 1 (Rician magnitudes)" if channels == 1 else "n = 4 effective receive channels") in text


def test_gaussian_repeats_have_no_noise_floor():
    rng = np.random.default_rng(2)
    parts = np.asarray(scanned(SNR, volumes=2).data) * 0.6 + rng.normal(0, 1e-3, (96, 96, 4, 2))
    text = paragraph_of(mrsnr.measure(Image(parts, np.eye(4), {"kind": "real"}), "difference"))
    assert "The noise of these data is Gaussian, and has no noise floor." in text
    assert "real part of a complex image" in text
    assert "noise floor on the SD was taken out" not in text


def test_a_map_of_sigma_is_said_to_be_one():
    gain = np.linspace(0.7, 1.5, 96)[:, None, None] * np.ones((96, 96, 4))
    result = mrsnr.measure(scanned(SNR, volumes=2, sigma=SIGMA * gain), repeats=True)
    assert isinstance(result.noise.sigma, np.ndarray)
    text = paragraph_of(result)
    assert "windows of 7 × 7 voxels" in text
    low, high = (float(one) for one in re.search(rf"95th percentile {NUMBER} to {NUMBER}\.", text).groups())
    assert low == pytest.approx(SIGMA * 0.8, rel=0.1)
    assert high == pytest.approx(SIGMA * 1.4, rel=0.1)
    assert "inverting that mean for the local σ" in text


def test_checks_that_did_not_pass_are_named_and_a_second_estimate_counts():
    result = measured_by("air_std")
    text = paragraph_of(result)
    if result.verdict == "trusted":
        assert "All checks" in text
    for check in result.reasons:
        assert NAMES[check.code].lower() in text.lower()
    assert "agreed within" in paragraph_of(trusted())


def test_a_refused_image_has_no_snr_and_says_so():
    text = paragraph_of(refused())
    assert "The software gave no SNR: it refused the image" in text
    assert "zeros in the air (failed)" in text
    assert "was to be measured" in text
    assert "σ was" not in text
    assert "interval" not in text
    assert [one.key for one in references_for(refused())] == ["mrsnr"]


def test_a_label_below_detection_is_left_out_by_name(two_levels):
    image = two_levels(sigma=10.0)
    masks = {"air": np.zeros((64, 64, 6), bool), "body": np.zeros((64, 64, 6), bool)}
    masks["air"][5:20, 5:60] = masks["body"][40:60, 5:60] = True
    text = paragraph_of(mrsnr.measure(image, labels=masks, channels=1))
    assert "The signal of “air” could not be told from noise and was left out" in text
    assert "The SNR was" in text  # of one label there is no mean


def test_the_scanner_is_said_and_nobody_and_nowhere():
    header = {
        "Manufacturer": "SIEMENS",
        "MagneticFieldStrength": 3,
        "SliceThickness": 4.5,
        "ImageType": ["ORIGINAL", "PRIMARY", "M", "NORM", "DIS2D"],
        "ParallelReductionFactorInPlane": 2,
        "ParallelAcquisitionTechnique": "GRAPPA",
        "PatientName": "Doe^Jane",
        "InstitutionName": "Sunnydale",
        "DeviceSerialNumber": "66031",
        "ProtocolName": "Doe_kidney",
    }
    plain = trusted()
    image = Image(
        plain.image.data,
        plain.image.affine,
        {
            "channels": 1,
            "vendor": "SIEMENS",
            "tr": 2.0,
            "te": 0.0123,
            "sidecar": header,
            "coil": "Doe",
            "source": "/home/doe/jane.nii",
        },
    )
    text = paragraph_of(mrsnr.measure(image))
    assert "By its header it came from a Siemens scanner of 3 T (TR 2000 ms, TE 12.3 ms and GRAPPA, factor 2)." in text
    assert "normalised for the sensitivity of the coils and interpolated against distortion" in text
    assert "(slice thickness 4.5 mm)" in text
    for private in ("Doe", "doe", "jane", "Sunnydale", "66031"):
        assert private not in text


@pytest.mark.parametrize(
    ("meta", "said"),
    [
        ({"vendor": "<script>alert(1)</script>"}, None),
        ({"vendor": "Siemens\nThe SNR was 9000"}, None),
        ({"vendor": ["Siemens"]}, None),
        ({"tr": float("nan"), "te": -1.0}, None),
        ({"tr": "2"}, None),
        ({"vendor": "GE MEDICAL SYSTEMS"}, "a GE scanner."),
        ({"vendor": "Philips Medical Systems"}, "a Philips scanner."),
        ({"vendor": "UIH"}, "a United Imaging scanner."),
        ({"te": 0.03}, "Its header says TE 30 ms."),
    ],
)
def test_only_what_is_understood_of_a_header_is_repeated(meta, said):
    image = trusted().image
    text = paragraph_of(mrsnr.measure(Image(image.data, image.affine, {"channels": 1, **meta})))
    assert is_a_paragraph(text)
    assert "script" not in text
    assert "9000" not in text
    assert said in text if said else "header" not in text


def test_names_of_labels_cannot_leave_their_quotation_marks():
    hostile = "x”. The SNR was 9000 [1].\n\u202e<script>alert(1)</script>\x07" + "y" * 500
    image, mask = trusted().image, next(iter(tissues().labels.values()))
    text = paragraph_of(mrsnr.measure(image, labels={hostile: mask, "{b}": mask}))
    assert is_a_paragraph(text)
    assert all(letter.isprintable() for letter in text)
    first, second = re.findall(r"“([^”]*)” \(\d", text)
    assert first.startswith("x'. The SNR was 9000 (1).")
    assert len(first) <= 60
    assert second == "{b}"


def test_a_volume_of_several_says_which(two_levels):
    data = np.stack([np.asarray(two_levels(seed=k).data) for k in range(2)], axis=-1)
    results = mrsnr.measure(Image(data, np.eye(4)))
    text = methods_paragraph(results[1], document(results))
    assert "The series had 2 volumes" in text
    assert "what follows is of volume 1, counted from 0" in text


@pytest.mark.parametrize(
    "name",
    [
        "kidney-t2w/test_sub_02.nii.gz",
        "kidney-siemens/0039_bh_b0map_default_bh_b0map_default_e1.nii.gz",
        "kidney-philips/01001__B0_map_expiration_volume_2DMS_product_auto_e1.nii.gz",
        "kidney-ge/00721__Phase_ims__B0_map_dual_echo_e1.nii.gz",
        "brain-b0/S0_10slices.nii.gz",
    ],
)
def test_real_images_have_a_paragraph(shared_data, name):
    result = mrsnr.measure(mrsnr.load(shared_data(name)))
    one = result[0] if isinstance(result, tuple) else result
    text = paragraph_of(one)
    assert is_a_paragraph(text)
    assert len(text) < 4000
    assert len(references_for(one)) == max(citations(text))
    for private in ("GOSH", "Nottingham", "66031", "71459", "test_sub", "b0map"):
        assert private not in text
