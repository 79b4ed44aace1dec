"""The goals of the bench, each with what was seen: the table that decides whether the product keeps its word."""

from collections.abc import Callable
from dataclasses import dataclass

import cases
import numpy as np
from records import Table
from scipy.stats import binom

ANSWERABLE = (cases.PLAIN, cases.PROCESSED, cases.CORRELATED_COILS)
AIR_METHODS = ("air", "air_std", "air_mean", "air_rms", "mixture", "piesno")
WRONG = 0.10
LEAST_COVERED = 0.85


@dataclass(frozen=True)
class Seen:
    """A number, how it reads, and whether the goal is reached; ``met`` is ``None`` where nothing can be said."""

    text: str
    met: bool | None


@dataclass(frozen=True)
class Goal:
    """One row: what is asked, in words, and how it is seen in a table."""

    name: str
    wanted: str
    seen: Callable[[Table], Seen]


def _percent(value: float, digits: int = 1) -> str:
    return "–" if not np.isfinite(value) else f"{100 * value:.{digits}f} %"


def _distribution(error: np.ndarray, level: float) -> str:
    middle, high = np.quantile(error, [0.5, level])
    return f"median {_percent(middle, 2)}, {100 * level:.0f}th {_percent(high)}, worst {_percent(error.max())}"


def _none() -> Seen:
    return Seen("–", None)


def _sigma_of_trusted(table: Table) -> Seen:
    error = np.abs(table.sigma_error[_trusted(table)])
    if not error.size:
        return _none()
    text = _distribution(error, 0.99)
    return Seen(text, bool(np.median(error) <= 0.01 and error.max() <= 0.05))


def _snr_of_trusted(table: Table) -> Seen:
    error = np.abs(table.snr_error[_trusted(table) & (table["snr"] >= 3)])
    if not error.size:
        return _none()
    text = _distribution(error, 0.95)
    return Seen(text, bool(np.median(error) <= 0.02))


def _wrong_without_warning(table: Table) -> Seen:
    trusted = _trusted(table)
    if not trusted.any():
        return _none()
    sigma = int((trusted & ~(np.abs(table.sigma_error) <= WRONG)).sum())
    snr = int((trusted & ~(np.abs(table.snr_error) <= WRONG)).sum())
    either = int((trusted & ~(table.error <= WRONG)).sum())
    return Seen(f"{either} of {trusted.sum()} (sigma {sigma}, SNR at any SNR {snr})", either == 0)


def _answered_plain(table: Table) -> Seen:
    return _share(table.answered[np.isin(table["group"], ANSWERABLE)], 0.95)


def _never_from_air(table: Table) -> Seen:
    gone = table["group"] == cases.DESTROYED
    if not gone.any():
        return _none()
    from_air = gone & table.answered & np.isin(table["method"], AIR_METHODS)
    return Seen(f"{from_air.sum()} of {gone.sum()}", not from_air.any())


def _destroyed_right(table: Table) -> Seen:
    return _share((table.answered & (table.error <= WRONG))[table["group"] == cases.DESTROYED], 0.80)


def _destroyed_wrong(table: Table) -> Seen:
    gone = table["group"] == cases.DESTROYED
    if not gone.any():
        return _none()
    wrong = gone & table.answered & ~(table.error <= WRONG)
    trusted = int((wrong & _trusted(table)).sum())
    return Seen(f"{wrong.sum()} of {gone.sum()}, {trusted} of them trusted", trusted == 0)


def _uneven_answered(table: Table) -> Seen:
    return _share(table.answered[table["group"] == cases.UNEVEN], 0.80)


def _uneven_honest(table: Table) -> Seen:
    answered = table.answered & (table["group"] == cases.UNEVEN)
    return _share(((table.error <= WRONG) | (table["verdict"] == "caution"))[answered], 1.0)


def _coarse_answered(table: Table) -> Seen:
    coarse = table["group"] == cases.COARSE_GRID
    return Seen(_share(table.answered[coarse], 0.0).text, None)


def _coarse_right(table: Table) -> Seen:
    return _share((table.error <= 0.25)[table.answered & (table["group"] == cases.COARSE_GRID)], 0.90)


def _caution(table: Table) -> Seen:
    return _share((table.error <= 0.25)[table["verdict"] == "caution"], 0.90)


def _share(held: np.ndarray, wanted: float) -> Seen:
    if not held.size:
        return _none()
    return Seen(f"{_percent(held.mean())} of {held.size}", bool(held.mean() >= wanted))


def _pooled(what: str) -> Callable[[Table], Seen]:
    def seen(table: Table) -> Seen:
        covered = table.covered(what)[_trusted(table)]
        covered = covered[np.isfinite(covered)]
        if not covered.size:
            return _none()
        return Seen(f"{_percent(covered.mean())} of {covered.size}", bool(0.93 <= covered.mean() <= 0.97))

    return seen


def _worst_kind(what: str) -> Callable[[Table], Seen]:
    def seen(table: Table) -> Seen:
        shares = coverage_by(table, what, np.array([cases.without_snr(name) for name in table["cell"]]), fewest=20)
        if not shares:
            return _none()
        name = min(shares, key=lambda kind: shares[kind][0])
        below = sum(share < LEAST_COVERED for share, _ in shares.values())
        text = f"{_percent(shares[name][0], 0)} ({name}, {shares[name][1]} answers); {below} of {len(shares)} below"
        return Seen(text, below == 0)

    return seen


def _single_cells(what: str) -> Callable[[Table], Seen]:
    def seen(table: Table) -> Seen:
        shares = coverage_by(table, what, table["cell"], fewest=5)
        if not shares:
            return _none()
        below = sum(share < LEAST_COVERED for share, _ in shares.values())
        chance = sum(binom.cdf(np.ceil(LEAST_COVERED * count) - 1, count, 0.95) for _, count in shares.values())
        return Seen(f"{below} of {len(shares)} below, {chance:.0f} by chance", below <= chance + 2 * np.sqrt(chance))

    return seen


def coverage_by(table: Table, what: str, names: np.ndarray, *, fewest: int) -> dict[str, tuple[float, int]]:
    """Return the coverage and the number of trusted answers by name, where there are at least ``fewest``."""
    covered = table.covered(what)
    usable = _trusted(table) & np.isfinite(covered)
    found = {name: covered[usable & (names == name)] for name in np.unique(names[usable])}
    return {str(name): (float(seen.mean()), seen.size) for name, seen in found.items() if seen.size >= fewest}


def _half_width(what: str) -> Callable[[Table], Seen]:
    def seen(table: Table) -> Seen:
        width = table.half_width(what)[_trusted(table) & (table["snr"] >= 5) & (table["air"] >= 0.1)]
        width = width[np.isfinite(width)]
        if not width.size:
            return _none()
        text = f"median {_percent(np.median(width), 2)}, 90th {_percent(np.quantile(width, 0.9))}"
        return Seen(text, bool(np.median(width) <= 0.03))

    return seen


def _seconds(table: Table) -> Seen:
    if not len(table):
        return _none()
    return Seen(f"median {np.median(table['seconds']):.2f} s, worst {table['seconds'].max():.1f} s", None)


def _failures(table: Table) -> Seen:
    failed = table["verdict"] == "error"
    return Seen(f"{failed.sum()} of {len(table)}", not failed.any())


def _trusted(table: Table) -> np.ndarray:
    return table["verdict"] == "trusted"


GOALS = (
    Goal("trusted: error of sigma", "median <= 1 %, worst 5 %", _sigma_of_trusted),
    Goal("trusted: error of the SNR, SNR >= 3", "median <= 2 %", _snr_of_trusted),
    Goal("wrong without warning (trusted, error > 10 %)", "0", _wrong_without_warning),
    Goal(
        "plain, ghosted, zero-filled, filtered, integer, correlated, air >= 10 %: answered", ">= 95 %", _answered_plain
    ),
    Goal("air zeroed, cut, thresholded: answered from air", "0", _never_from_air),
    Goal("air zeroed, cut, thresholded: within 10 %", ">= 80 %", _destroyed_right),
    Goal("air zeroed, cut, thresholded: answered and off by > 10 %", "0 trusted", _destroyed_wrong),
    Goal("no air, g-factor, ramp, normalised, texture: answered", ">= 80 %", _uneven_answered),
    Goal("no air, g-factor, ramp, normalised, texture: within 10 % or caution", "all", _uneven_honest),
    Goal("coarse grid: answered", "", _coarse_answered),
    Goal("coarse grid: of the answers within 25 %", ">= 90 %", _coarse_right),
    Goal("caution: within 25 %", ">= 90 %", _caution),
    Goal("trusted: intervals of sigma that hold the truth", "93 to 97 %", _pooled("sigma")),
    Goal("trusted: intervals of the SNR that hold the truth", "93 to 97 %", _pooled("snr")),
    Goal("the same by cell, all SNRs together, sigma: worst", "none below 85 %", _worst_kind("sigma")),
    Goal("the same by cell, all SNRs together, SNR: worst", "none below 85 %", _worst_kind("snr")),
    Goal("the same, single cells below 85 %, sigma", "no more than by chance", _single_cells("sigma")),
    Goal("the same, single cells below 85 %, SNR", "no more than by chance", _single_cells("snr")),
    Goal("half-width for sigma, SNR >= 5, air >= 10 %", "median <= 3 %", _half_width("sigma")),
    Goal("half-width for the SNR, SNR >= 5, air >= 10 %", "median <= 3 %", _half_width("snr")),
    Goal("measurements that failed with an error", "0", _failures),
    Goal("time of a measurement, 160x160x8", "", _seconds),
)
