"""One row of the bench's table: what was measured on one simulated scan beside what is true."""

import csv
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import numpy as np

ANSWERED = ("trusted", "caution")


@dataclass(frozen=True)
class Record:
    """A measurement and its truth. SNR is dimensionless, sigma in grey levels; an undefined number is NaN.

    ``sigma`` is the estimate, over the labels the mean of a map; ``sigma_true`` what it should be (the root mean square
    over the labels for one number, the mean for a map); ``sigma_object`` and ``true_object`` are the truths with the
    SD along the signal, which differ for correlated coils.
    """

    cell: str
    group: str
    seed: int
    half: str
    snr: float
    coils: int
    correlation: float
    air: float
    background: str
    kspace: str
    n_eff: float
    verdict: str
    method: str
    value: float
    low: float
    high: float
    true: float
    true_object: float
    sigma: float
    sigma_low: float
    sigma_high: float
    sigma_true: float
    sigma_object: float
    sigma_kind: str
    n_found: float
    seconds: float
    reasons: str
    error: str


@contextmanager
def writer(path: Path, *, append: bool) -> Iterator[csv.DictWriter]:
    """Open a table for writing; the header is written where the file is new."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = not (append and path.exists())
    with path.open("w" if fresh else "a", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, [field.name for field in fields(Record)])
        if fresh:
            table.writeheader()
        yield table
        file.flush()


def write(table: csv.DictWriter, records: Iterable[Record]) -> None:
    """Append records to an open table."""
    for record in records:
        table.writerow({name: _text(value) for name, value in asdict(record).items()})


def read(path: Path) -> list[Record]:
    """Read a table."""
    kinds = {field.name: field.type for field in fields(Record)}
    with path.open(newline="", encoding="utf-8") as file:
        return [Record(**{name: kinds[name](text) for name, text in row.items()}) for row in csv.DictReader(file)]


def _text(value):
    return f"{value:.7g}" if isinstance(value, float) else value


class Table:
    """The columns of many records as arrays, and what follows from them.

    Parameters
    ----------
    records
        The rows.
    truth
        ``"effective"``: sigma of the chi distribution (methods 1.4). ``"object"``: the SD along the signal. They
        are the same unless the coils' noise is correlated; where repeats are compared it is always the second.
    """

    def __init__(self, records: list[Record], *, truth: str = "effective"):
        self.records = records
        self.columns = {
            field.name: np.array([getattr(record, field.name) for record in records]) for field in fields(Record)
        }
        self.truth = truth
        along = (self["group"] == "repeated") | (truth == "object")
        self.sigma_true = np.where(along, self["sigma_object"], self["sigma_true"])
        self.true = np.where(along, self["true_object"], self["true"])

    def __getitem__(self, name: str) -> np.ndarray:
        return self.columns[name]

    def __len__(self) -> int:
        return len(self.records)

    def where(self, mask: np.ndarray) -> "Table":
        """Return the rows of a mask."""
        return Table([record for record, keep in zip(self.records, mask, strict=True) if keep], truth=self.truth)

    @property
    def answered(self) -> np.ndarray:
        """Whether there is a value."""
        return np.isin(self["verdict"], ANSWERED)

    @property
    def sigma_error(self) -> np.ndarray:
        """Error of sigma over its truth; NaN where there is none."""
        return self["sigma"] / self.sigma_true - 1

    @property
    def snr_error(self) -> np.ndarray:
        """Error of the SNR over its truth; NaN where there is none."""
        return self["value"] / self.true - 1

    @property
    def error(self) -> np.ndarray:
        """Return the larger of both errors, without sign; that of sigma alone below an SNR of 3; infinite where NaN."""
        both = np.fmax(np.abs(self.sigma_error), np.where(self["snr"] >= 3, np.abs(self.snr_error), 0))
        missing = np.isnan(self["sigma"]) | np.isnan(self["value"])
        return np.where(self.answered & missing, np.inf, both)

    def covered(self, what: str) -> np.ndarray:
        """Return, for ``"sigma"`` or ``"snr"``, 1 where the interval holds the truth, 0 where not, NaN where none."""
        low, high, true = self._interval(what)
        return np.where(np.isnan(low) | np.isnan(high), np.nan, (low <= true) & (true <= high))

    def half_width(self, what: str) -> np.ndarray:
        """Return half the width of the interval over the estimate."""
        low, high, _ = self._interval(what)
        return (high - low) / 2 / (self["sigma"] if what == "sigma" else self["value"])

    def _interval(self, what):
        if what == "sigma":
            return self["sigma_low"], self["sigma_high"], self.sigma_true
        return self["low"], self["high"], self.true
