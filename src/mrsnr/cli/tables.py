"""Results of ``mrsnr measure`` as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from mrsnr.cli.console import VERDICT_STYLES, number

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from mrsnr.cli.measure import Outcome
    from mrsnr.model import LabelSnr, MixtureNoise, Snr

_WORDS = {"", "image", "name", "cluster", "verdict", "why", "what it is", "licence"}  # columns flush left
TSV_COLUMNS = tuple("image volume label name voxels signal sigma snr low high method verdict reasons".split())  # noqa: SIM905 - one line


def details(console: Console, outcome: Outcome, result: Snr) -> None:
    """Print everything about one volume."""
    from rich.markup import escape

    from mrsnr.model import MixtureNoise

    image = result.image
    size = " x ".join(str(count) for count in image.shape)
    voxel = " x ".join(f"{edge:.3g}" for edge in image.voxel_size)
    console.print(f"[bold]{escape(outcome.path.name)}[/]  {size} voxels of {voxel} mm, {image.kind}")
    style = VERDICT_STYLES[result.verdict]
    console.print(f"SNR [bold]{number(result.value)}[/]  [{style}]{result.verdict}[/]  method {result.method}")
    for check in result.reasons:
        console.print(f"  - {escape(check.sentence)}")
    if result.noise is not None:
        sigma = result.noise.sigma if isinstance(result.noise.sigma, float) else None
        voxels = int(result.noise.region.sum())
        console.print(f"sigma {number(sigma)} from {voxels} background voxels")
    if isinstance(result.noise, MixtureNoise):
        console.print(_components(result.noise))
        console.print(_by_clusters(result.noise))
    if result.table:
        console.print(_labels(result.table))
    for file in outcome.files:
        console.print(f"wrote {escape(str(file))}")


def overview(console: Console, outcomes: Sequence[Outcome]) -> None:
    """Print one row per image and volume, then the files written."""
    from rich.markup import escape

    table = simple_table("image", "volume", "SNR", "verdict", "why")
    for outcome in outcomes:
        if outcome.error is not None:
            table.add_row(escape(outcome.path.name), "", "n/a", "[bold red]no result[/]", escape(outcome.error))
        for volume, result in enumerate(outcome.results):
            which = str(volume) if len(outcome.results) > 1 else ""
            verdict = f"[{VERDICT_STYLES[result.verdict]}]{result.verdict}[/]"
            why = ", ".join(check.code for check in result.reasons)
            table.add_row(escape(outcome.path.name), which, number(result.value), verdict, why)
    console.print(table)
    for outcome in outcomes:
        for file in outcome.files:
            console.print(f"wrote {escape(str(file))}")


def tsv(outcomes: Sequence[Outcome]) -> str:
    """Return a tab-separated table: a row per volume, then one per label; ``n/a`` where there is nothing."""
    rows = [row for outcome in outcomes for row in _tsv_rows(outcome)]
    return "\n".join("\t".join(map(_cell, row)) for row in [TSV_COLUMNS, *rows])


def _tsv_rows(outcome: Outcome) -> Iterator[tuple[object, ...]]:
    name = outcome.path.name
    if outcome.error is not None:
        yield (name, *[None] * 10, "no result", outcome.error)
    for volume, result in enumerate(outcome.results):
        which = volume if len(outcome.results) > 1 else None
        end = (result.method, result.verdict, ",".join(check.code for check in result.reasons) or None)
        low, high = result.interval or (None, None)
        sigma = result.noise.sigma if result.noise is not None else None
        signal = None if result.value is None or not isinstance(sigma, float) else result.value * sigma
        yield (name, which, None, "foreground", None, signal, sigma, result.value, low, high, *end)
        for row in result.table:
            yield (
                name, which, row.label, row.name, row.voxels, row.signal, row.sigma, row.snr, row.low, row.high, *end
            )  # fmt: skip


def _cell(value: object) -> str:
    if value is None:
        return "n/a"
    text = repr(value) if isinstance(value, float) else str(value)
    return " ".join(text.split())  # no tab or newline from a name may break the table


def _components(noise: MixtureNoise) -> Table:
    table = simple_table("cluster", "mean", "SD", "weight", "voxels")
    for k, (mean, variance, weight) in enumerate(zip(noise.means, noise.variances, noise.weights, strict=True)):
        name = "0 (background)" if k == 0 else str(k)
        voxels = int((noise.clusters == k).sum())
        table.add_row(name, number(mean), number(variance**0.5), f"{100 * weight:.1f} %", str(voxels))
    return table


def _by_clusters(noise: MixtureNoise) -> Table:
    table = simple_table("clusters", *(str(k) for k in noise.by_clusters))
    table.add_row("SNR", *(number(snr) for snr in noise.by_clusters.values()))
    return table


def _labels(rows: Sequence[LabelSnr]) -> Table:
    from rich.markup import escape

    table = simple_table("label", "name", "voxels", "signal", "SNR")
    for row in rows:
        table.add_row(str(row.label), escape(row.name), str(row.voxels), number(row.signal), number(row.snr))
    return table


def simple_table(*columns: str) -> Table:
    """Return an empty table in the style of every table of the command."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        table.add_column(column, justify="left" if column in _WORDS else "right")
    return table
