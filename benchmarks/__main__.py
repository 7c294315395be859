"""`python -m benchmarks`: run the parts, print tables, write benchmarks/results/latest.json."""

import json
import os
import platform
from pathlib import Path

import click

from benchmarks.backfill import backfill
from benchmarks.flat import flat
from benchmarks.formats import formats
from benchmarks.kills import kills
from benchmarks.linear import linear
from benchmarks.meaning import curve
from benchmarks.parts import Row, growth, quality, speed, startup

_TIMED = {
    "startup": startup,
    "speed": speed,
    "growth": growth,
    "formats": formats,
    "flat": flat,
    "backfill": backfill,
    "kills": kills,
}
RESULTS = Path(__file__).parent / "results"
_LONG = ("flat", "backfill", "kills")
"""Those that take half an hour and are made by name alone."""
_PARTS = ("startup", "speed", "growth", "quality", "meaning", "linear", "formats")
_SHARED = Path(__file__).resolve().parents[2] / "shared" / "eval"
_NEWS = Path(__file__).parent / "news-dev.tsv"


@click.command()
@click.argument("parts", nargs=-1, type=click.Choice([*_PARTS, *_LONG]))
@click.option("--runs", default=5, show_default=True, help="Runs of each measurement.")
@click.option(
    "--pair",
    nargs=2,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A Dutch and an English file, line by line, to measure quality with.",
)
@click.option("--model", default="", help="The installed model to measure quality of.")
@click.option("--lines", default=200, show_default=True, help="Lines of the pair to use.")
def main(
    *, parts: tuple[str, ...], runs: int, pair: tuple[Path, Path] | None, model: str, lines: int
) -> None:
    """Measure PARTS, or all of them that do not take half an hour: flat, backfill, kills do."""
    results: dict[str, list[Row]] = {}
    for part in parts or _PARTS:
        if part == "quality":
            results[part] = quality(_pairs(pair), model=model, lines=lines)
        elif part == "meaning":
            results[part] = curve(_pairs(pair))
        elif part == "linear":
            results[part] = linear()
        else:
            results[part] = _TIMED[part](runs)
        click.echo(_table(part, results[part]))
    RESULTS.mkdir(exist_ok=True)
    machine = {"python": platform.python_version(), "cpus": os.cpu_count(), "runs": runs}
    text = json.dumps({"machine": machine, "results": results}, indent=2)
    (RESULTS / "latest.json").write_text(text + "\n", encoding="utf-8")


def _pairs(own: tuple[Path, Path] | None) -> dict[str, tuple[list[str], list[str]]]:
    """Dutch and English lines by name: our news, and the pair that is given.

    Without one it is the FLORES-200 dev set, where that lies beside the checkout.
    """
    dutch, english = zip(
        *(line.split("\t") for line in _NEWS.read_text(encoding="utf-8").splitlines()),
        strict=True,
    )
    pairs = {"news-dev": (list(dutch), list(english))}
    files = own or (_SHARED / "flores200-dev.nl", _SHARED / "flores200-dev.en")
    if all(path.exists() for path in files):
        one, other = (path.read_text(encoding="utf-8").splitlines() for path in files)
        pairs[files[0].stem] = (one, other)
    return pairs


def _table(part: str, rows: list[Row]) -> str:
    names = list(dict.fromkeys(name for row in rows for name in row))
    cells = [names, *([str(row.get(name, "")) for name in names] for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(names))]
    lines = [
        "  ".join(text.rjust(width) for text, width in zip(row, widths, strict=True))
        for row in cells
    ]
    return "\n".join([part, *lines, ""])


if __name__ == "__main__":
    main()
