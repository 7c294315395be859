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
from benchmarks.measure import Row, table
from benchmarks.parts import growth, speed, startup
from benchmarks.quality import quality, read_texts

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
            results[part] = quality(read_texts(pair), model=model, lines=lines)
        elif part == "meaning":
            results[part] = curve(read_texts(pair))
        elif part == "linear":
            results[part] = linear()
        else:
            results[part] = _TIMED[part](runs)
        click.echo(table(part, results[part]))
    RESULTS.mkdir(exist_ok=True)
    machine = {"python": platform.python_version(), "cpus": os.cpu_count(), "runs": runs}
    text = json.dumps({"machine": machine, "results": results}, indent=2)
    (RESULTS / "latest.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
