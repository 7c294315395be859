"""The parts of the benchmark; each returns rows of a table."""

import itertools
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.measure import (
    TINY_PACKAGE,
    Row,
    median,
    run_child,
    run_task,
    tiny_sentences,
)
from benchmarks.widen import write_wide_package

_LIMITS = ((2, 1, 512), (2, 1, 2048), (2, 1, 8192), (1, 2, 2048), (1, 2, 8192))
DIGEST = (sys.executable, "-m", "digest")


@contextmanager
def tiny_models(*, wide: bool = False) -> Iterator[tuple[Path, dict[str, str]]]:
    """A models folder with the tiny package alone, and an environment that uses it.

    A `wide` one has the size of public packages, and the same answers.
    """
    with tempfile.TemporaryDirectory(prefix="digest-bench-") as scratch:
        packages = Path(scratch) / "models" / "packages"
        if wide:
            write_wide_package(TINY_PACKAGE, packages / "translate-nl_en-0_1")
        else:
            with zipfile.ZipFile(TINY_PACKAGE) as archive:
                archive.extractall(packages)
        environment = {"DIGEST_MODELS": str(packages.parent), "HOME": scratch}
        yield packages / "translate-nl_en-0_1", environment | {"XDG_DATA_HOME": f"{scratch}/data"}


_SIZES = {"tiny": (10, 100, 1000), "full size": (10, 100)}


def speed(runs: int) -> list[Row]:
    """Seconds for some sentences, ours, Argos' and the limit: the tiny package, and a wide one."""
    return [row for size in _SIZES for row in _speed(size, runs)]


def _speed(size: str, runs: int) -> Iterator[Row]:
    with tiny_models(wide=size != "tiny") as (package, environment):
        for count in _SIZES[size]:
            best = min(
                _LIMITS,
                key=lambda setting: (
                    run_task("limit", package, count, *setting, environment=environment)
                ).result["seconds"],
            )
            tasks: dict[str, tuple[object, ...]] = {
                "engine": ("engine", package, count),
                "checked": ("checked", package, count),
                "argos": ("argos", package, count),
                "argos, 2 threads": ("argos", package, count, 2),
                "limit": ("limit", package, count, *best),
            }
            samples: dict[str, list[Row]] = {name: [] for name in tasks}
            for _ in range(runs):  # by turns, so that a slow minute hits all of them
                for name, (task, *arguments) in tasks.items():
                    sample = run_task(str(task), *arguments, environment=environment)
                    samples[name].append(sample.result)
            seconds = {
                name: median(run["seconds"] for run in found) for name, found in samples.items()
            }
            yield (
                {"package": size, "sentences": count}
                | {f"{name} s": round(value, 4) for name, value in seconds.items()}
                | {
                    "argos / engine": round(seconds["argos"] / seconds["engine"], 2),
                    "argos / checked": round(seconds["argos"] / seconds["checked"], 2),
                    "argos, 2 threads / checked": round(
                        seconds["argos, 2 threads"] / seconds["checked"], 2
                    ),
                    "limit / engine": round(seconds["limit"] / seconds["engine"], 2),
                    "limit / checked": round(seconds["limit"] / seconds["checked"], 2),
                    "engine MB": median(run["megabytes"] for run in samples["engine"]),
                    "argos MB": median(run["megabytes"] for run in samples["argos"]),
                }
            )


def growth(runs: int) -> list[Row]:
    """Seconds and memory of `digest run` for 1 to 1,000 articles, cold and remembered."""
    rows = []
    with tiny_models() as (_, environment):
        for count in (1, 10, 100, 1000):
            with tempfile.TemporaryDirectory(prefix="digest-bench-") as scratch:
                _write_articles(Path(scratch), count)
                command = [*DIGEST, "run", scratch, "--output", f"{scratch}/out"]
                cold = [run_child([*command, "--no-memory"], environment) for _ in range(runs)]
                run_child(command, environment)
                warm = [run_child(command, environment) for _ in range(runs)]
            rows.append(
                {
                    "articles": count,
                    "cold s": round(median(sample.seconds for sample in cold), 3),
                    "remembered s": round(median(sample.seconds for sample in warm), 3),
                    "cold MB": round(median(sample.megabytes for sample in cold), 1),
                    "remembered MB": round(median(sample.megabytes for sample in warm), 1),
                }
            )
    for before, row in itertools.pairwise(rows):
        row["times cold"] = round(row["cold s"] / before["cold s"], 2)
    return rows


def _write_articles(folder: Path, count: int) -> None:
    """Articles of eight sentences each; each has a few of its own, as news has."""
    sentences = tiny_sentences(1000)
    for number in range(count):
        start = number * 8 % len(sentences)
        body = (sentences[start:] + sentences[:start])[:8]
        own = [sentence.replace(" de ", f" {number + 2} ", 1) for sentence in body]
        (folder / f"{number:04}.txt").write_text(
            f"{own[0].rstrip('.')}\nKIEV (ANP) - {' '.join(own[1:4])}\n{' '.join(own[4:])}\n",
            encoding="utf-8",
        )


def startup(runs: int) -> list[Row]:
    """Seconds of what should be instant."""
    commands = {
        "digest --help": ["--help"],
        "digest parse seeds": ["parse", "seeds"],
        "digest run seeds, remembered": ["run", "seeds", "--as-of", "2026-11-22T15:00"],
    }
    rows = []
    with tempfile.TemporaryDirectory(prefix="digest-bench-") as scratch:
        environment = {"XDG_DATA_HOME": scratch}
        for name, arguments in commands.items():
            run_child([*DIGEST, *arguments], environment)
            samples = [run_child([*DIGEST, *arguments], environment) for _ in range(runs)]
            rows.append({"command": name, "s": round(median(s.seconds for s in samples), 3)})
    return rows
