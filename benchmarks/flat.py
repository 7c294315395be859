"""Memory of `digest run` on 100 to 10,000 articles, format by format."""

import tempfile
from pathlib import Path

from benchmarks.backfill import write_articles
from benchmarks.measure import Row, run_child
from benchmarks.parts import DIGEST, tiny_models

_COUNTS = (100, 1_000, 10_000)
_FORMATS = ("jsonl", "md", "text", "atom")


def flat(runs: int) -> list[Row]:
    """Megabytes and seconds, once each: first nothing is remembered, then everything is."""
    del runs
    rows: list[Row] = []
    with tiny_models() as (_, environment):
        for count in _COUNTS:
            with tempfile.TemporaryDirectory(prefix="digest-bench-") as scratch:
                rows += _measured(count, Path(scratch), environment)
    return rows


def _measured(count: int, scratch: Path, environment: dict[str, str]) -> list[Row]:
    write_articles(scratch / "articles.jsonl", count)
    home = environment | {"HOME": str(scratch), "XDG_DATA_HOME": str(scratch / "data")}
    rows: list[Row] = []
    for number, form in enumerate((_FORMATS[0], *_FORMATS)):
        command = [*DIGEST, "run", str(scratch / "articles.jsonl"), "--format", form]
        command += ["--output", str(scratch / "edition"), "--model", "translate-nl_en", "-q"]
        sample = run_child(command, home)
        rows.append(
            {
                "articles": count,
                "format": form,
                "remembered": "all" if number else "nothing",
                "s": round(sample.seconds, 1),
                "MB": round(sample.megabytes, 1),
                "document MB": round((scratch / "edition").stat().st_size / 1e6, 1),
            }
        )
    return rows
