"""What the measurement says about real images, beside what their repeats say where there are any.

    python benchmarks/accuracy/real.py [--data FOLDER] [--method auto] [--pair FIRST SECOND]

The images are those of ``../shared/data`` beside the project; what is not there is left out, by name. Another pair,
DICOM or NIfTI, is given with ``--pair``.
"""

import argparse
import sys
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nibabel
import numpy as np
import pairs
from summary import markdown, percent

import mrsnr
from mrsnr import Image

DATA = Path(__file__).parents[3] / "shared" / "data"
PAIRS = {
    "phantom, GE Explorer": ("phantom-pair-ge/IM-0003-0001.dcm", "phantom-pair-ge/IM-0004-0001.dcm"),
    "phantom, Siemens Vida": ("phantom-pair-vida/HC_SNR_SAG_1.dcm", "phantom-pair-vida/HC_SNR_SAG_2.dcm"),
}
# label and control alternate: the repeat of a volume is the one after the next
SERIES = {"phantom, pCASL": ("pcasl-phantom/DERIVED_pcasl_phantom_6sl_60dyn_stored.nii.gz", 2)}
SINGLES = {
    "kidney GE, echo 1": "kidney-ge/00720__Magnitude_ims__B0_map_dual_echo_e1.nii.gz",
    "kidney GE, echo 2": "kidney-ge/00720__Magnitude_ims__B0_map_dual_echo_e2.nii.gz",
    "kidney Siemens, echo 1": "kidney-siemens/0039_bh_b0map_default_bh_b0map_default_e1.nii.gz",
    "kidney Siemens, echo 2": "kidney-siemens/0039_bh_b0map_default_bh_b0map_default_e2.nii.gz",
    "kidney Philips, echo 1": "kidney-philips/01001__B0_map_expiration_volume_2DMS_product_auto_e1.nii.gz",
    "kidney Philips, echo 2": "kidney-philips/01001__B0_map_expiration_volume_2DMS_product_auto_e2.nii.gz",
    "kidney Philips, echo 1, real": "kidney-philips/01001__B0_map_expiration_volume_2DMS_product_auto_e1_real.nii.gz",
    "kidney T2W, subject 1": "kidney-t2w/test_sub_01.nii.gz",
    "kidney T2W, subject 2": "kidney-t2w/test_sub_02.nii.gz",
    "brain, b = 0": "brain-b0/S0_10slices.nii.gz",
    "brain, several coils": "brain-b0/test_piesno.nii.gz",
    "diffusion, United Imaging": "dti-uih/dti_tra_dir16_AP_9_134431.nii",
    "EPI, first echo": "multiecho-epi/echo1.nii.gz",
    "spinal cord EPI": "cord-fmri/fmri.nii.gz",
}
WITHIN = 0.10
HEADER = ("image", "verdict", "method", "SNR", "95 % interval", "sigma", "95 % interval ", "n", "true sigma (raw)",
          "error", "true SNR (raw)", "seconds", "reasons")  # fmt: skip


@dataclass(frozen=True, eq=False)
class Row:
    """One real image: the result, or the error, and the truth if there is one."""

    name: str
    result: mrsnr.Snr | None
    failure: str
    seconds: float
    truth: pairs.Truth | None

    @property
    def error(self) -> float:
        """Error of sigma; NaN where there is no truth or no answer."""
        sigma = None if self.result is None or self.result.value is None else _sigma(self.result, self.truth)
        return np.nan if self.truth is None or sigma is None else self.truth.error(sigma)

    @property
    def honest(self) -> bool:
        """Whether it agrees with the repeats, or says that it may not."""
        return self.result is None or self.result.verdict != "trusted" or abs(self.error) <= WITHIN

    def cells(self) -> list[str]:
        """Return the row of the table."""
        if self.result is None:
            return [self.name, "error", *[""] * (len(HEADER) - 4), f"{self.seconds:.2f}", self.failure]
        noise, truth = self.result.noise, self.truth
        sigma = _sigma(self.result, truth)
        true = ["", "", ""]
        if truth is not None:
            true = [f"{truth.sigma:.3g} ({truth.sigma_raw:.3g})", percent(self.error),
                    f"{truth.snr:.4g} ({truth.snr_raw:.4g})"]  # fmt: skip
        return [
            self.name,
            str(self.result.verdict),
            self.result.method,
            _digits(self.result.value),
            _interval(self.result.interval),
            _digits(sigma),
            _interval(noise and noise.interval),
            _digits(noise and noise.channels),
            *true,
            f"{self.seconds:.2f}",
            " ".join(check.code for check in self.result.reasons),
        ]


def with_truth(data: Path, method: str) -> Iterator[Row]:
    """Measure each single image of the pairs, and one volume in ten of the series."""
    for name, files in PAIRS.items():
        if _there(data, *files):
            yield from of_pair(name, data / files[0], data / files[1], method)
    for name, (file, step) in SERIES.items():
        if _there(data, file):
            found = nibabel.load(data / file)
            series = np.asarray(found.dataobj)
            for k in range(0, series.shape[3] - step, max(series.shape[3] // 6, 1)):
                truth = pairs.of_pair(series[..., k], series[..., k + step])
                yield _measured(f"{name}, volume {k}", Image(series[..., k], found.affine), method, truth)


def of_pair(name: str, first: Path, second: Path, method: str) -> Iterator[Row]:
    """Measure each image of one pair alone, and both as repeats."""
    images = [_read(path) for path in (first, second)]
    truth = pairs.of_pair(*(np.asarray(image.data) for image in images))
    for k, image in enumerate(images, start=1):
        yield _measured(f"{name}, {k}", image, method, truth)
    if method == "auto":
        yield _measured(f"{name}, both", images[0], method, truth, repeat=images[1])


def without_truth(data: Path, method: str) -> Iterator[Row]:
    """Measure the images of which nothing is known: for them the table says what the measurement says."""
    for name, file in SINGLES.items():
        if _there(data, file):
            image = mrsnr.load(data / file)
            if image.volumes > 1 or len(image.shape) == 4:
                image = Image(np.asarray(image.data[..., 0]), image.affine, image.meta)
            yield _measured(name, image, method, None)


def _measured(name, image, method, truth, **options):
    begin = time.perf_counter()
    if truth is not None:
        options["labels"] = truth.region.astype(np.int16)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            result, failure = mrsnr.measure(image, method, **options), ""
    except Exception as error:  # noqa: BLE001 - a failure is a row of the table
        result, failure = None, f"{type(error).__name__}: {error}"
    return Row(name, result, failure, time.perf_counter() - begin, truth)


def _read(path):
    if path.suffix.lower() not in {".dcm", ".ima", ""}:
        return mrsnr.load(path)
    return pairs.read_dicom(path)


def _there(data, *files):
    missing = [file for file in files if not (data / file).exists()]
    for file in missing:
        print(f"{file} is not there; it is left out.", file=sys.stderr)
    return not missing


def _sigma(result, truth):
    """Return one sigma; of a map the median, over the truth's region if there is one."""
    sigma = None if result.noise is None else result.noise.sigma
    if isinstance(sigma, np.ndarray):
        return float(np.nanmedian(sigma if truth is None else sigma.reshape(truth.region.shape)[truth.region]))
    return sigma


def _digits(value):
    return "–" if value is None else f"{value:.4g}"


def _interval(pair):
    return "–" if pair is None else f"{pair[0]:.4g} to {pair[1]:.4g}"


def tables(data: Path, method: str, pair: list[Path] | None = None) -> str:
    """Return both tables and one sentence of judgement as Markdown."""
    known = list(of_pair("pair", *pair, method)) if pair else list(with_truth(data, method))
    answered = sum(row.result is not None and row.result.value is not None for row in known)
    dishonest = [row.name for row in known if not row.honest]
    text = markdown([list(HEADER), *(row.cells() for row in known)])
    text += (
        f"\n\n{answered} of {len(known)} answered; trusted and off by more than 10 %: {', '.join(dishonest) or 'none'}."
    )
    if pair:
        return text
    columns = [k for k, title in enumerate(HEADER) if "true" not in title and title != "error"]
    rows = [list(HEADER), *(row.cells() for row in without_truth(data, method))]
    return f"{text}\n\n{markdown([[row[k] for k in columns] for row in rows])}"


def main(arguments: list[str] | None = None) -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the real images")
    parser.add_argument("--method", default="auto")
    parser.add_argument("--pair", type=Path, nargs=2, metavar=("FIRST", "SECOND"), help="only this pair")
    parser.add_argument("--out", type=Path, help="also write the tables to this file")
    options = parser.parse_args(arguments)
    text = tables(options.data, options.method, options.pair)
    print(text)
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(text + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
