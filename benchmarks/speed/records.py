"""What a run of the bench saw, as a JSON file, and how to look things up in it."""

import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path

from speed.bench import Row
from speed.measure import median, ratio

NOTHING = Row("", "", "")


@dataclass(frozen=True)
class Results:
    """Rows, what the run was like (machine, versions, quick or not, rounds), and a sentence for each missing tool."""

    rows: list[Row]
    about: dict
    missing: list[str]

    def row(self, case: str, size: str, name: str) -> Row:
        """Return what a contender did, an empty row if it did nothing."""
        found = (row for row in self.rows if (row.case, row.size, row.name) == (case, size, name))
        return next(found, NOTHING)

    def of(self, case: str, size: str | None = None) -> list[Row]:
        """Return the rows of a case, or of one comparison of it."""
        return [row for row in self.rows if row.case == case and size in {None, row.size}]

    def sizes(self, case: str) -> list[str]:
        """Return the sizes of a case in the order in which they were run."""
        return list(dict.fromkeys(row.size for row in self.of(case)))

    def fastest(self, case: str, size: str, names) -> Row:
        """Return the row with the least time in the process, of those with one of the names."""
        rows = [row for row in self.of(case, size) if row.name in names and not math.isnan(median(row.inside))]
        return min(rows, key=lambda row: median(row.inside), default=NOTHING)


def times(row: Row) -> list[float | None]:
    """Return the times in the process where it said them, else those of the whole process."""
    return row.inside if not math.isnan(median(row.inside)) else row.wall


def slower(row: Row, than: Row) -> float:
    """Return how many times longer one took than the other, both in process if both say it."""
    both = not math.isnan(median(row.inside)) and not math.isnan(median(than.inside))
    return ratio(row.inside, than.inside) if both else ratio(row.wall, than.wall)


def write(path: Path, results: Results) -> None:
    """Write a run."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(asdict(results), indent=1) + "\n", encoding="utf-8")


def read(path: Path) -> Results:
    """Read a run."""
    found = json.loads(path.read_text(encoding="utf-8"))
    return Results([Row(**row) for row in found["rows"]], found["about"], found["missing"])
