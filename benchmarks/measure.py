"""Measuring in child processes, so that memory and start-up are those of one task alone."""

import json
import os
import re
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parent.parent
TINY_PACKAGE = CHECKOUT / "tests" / "data" / "tiny-nl_en.argosmodel"
TINY_SENTENCES = CHECKOUT / "tests" / "data" / "tiny-sentences.tsv"
_DAYS = "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag".split()
_CITIES = "Amsterdam Berlijn Brussel Londen Moskou Parijs Rotterdam Teheran Utrecht".split()
_COUNTRIES = "België Frankrijk Iran Nederland Oekraïne Polen Rusland".split()
_THINGS = "euro huizen kilometer kinderen mensen militairen treinen".split()


Row = dict[str, Any]
"""A line of a table, by the names of its columns."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One run of a child: wall seconds, peak memory in MB, and what it printed last."""

    seconds: float
    megabytes: float
    result: Any


def run_child(arguments: Iterable[str], environment: dict[str, str]) -> Sample:
    """Run a program to its end. Raises `CalledProcessError` when it fails."""
    started = time.perf_counter()
    with subprocess.Popen(  # noqa: S603 - our own program
        list(arguments),
        env=os.environ | environment,
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as child:
        assert child.stdout
        output = child.stdout.read()
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - started
    if child.returncode:
        raise subprocess.CalledProcessError(child.returncode, child.args)
    lines = output.decode().splitlines()
    result = json.loads(lines[-1]) if lines and lines[-1].startswith("{") else None
    return Sample(seconds, usage.ru_maxrss / 1024, result)


def run_task(task: str, *arguments: object, environment: dict[str, str]) -> Sample:
    """Run one of `benchmarks.tasks` in a child."""
    command = [sys.executable, "-m", "benchmarks.tasks", task, *map(str, arguments)]
    return run_child(command, environment)


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Wall seconds of a piece of work, and what it returned."""
    started = time.perf_counter()
    result = work()
    return time.perf_counter() - started, result


def median(values: Iterable[float]) -> float:
    """The median."""
    return statistics.median(values)


def peak_megabytes() -> float:
    """The most memory this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def tiny_sentences(count: int) -> list[str]:
    """Different sentences of the tiny package's grammar: its samples, with names moved."""
    rows = TINY_SENTENCES.read_text(encoding="utf-8").splitlines()
    samples = [row.split("\t")[0] for row in rows]
    sentences: dict[str, None] = {}
    for shift in range(len(_DAYS)):
        moved = {
            name: names[(index + shift) % len(names)]
            for names in (_DAYS, _CITIES, _COUNTRIES, _THINGS)
            for index, name in enumerate(names)
        }
        names = re.compile(rf"\b(?:{'|'.join(moved)})\b")
        for sample in samples:
            pieces = names.split(sample)
            found = [moved[name] for name in names.findall(sample)] + [""]
            sentences["".join(map("".join, zip(pieces, found, strict=True)))] = None
    return list(sentences)[:count]


def table(title: str, rows: Sequence[Row]) -> str:
    """Rows as text, below a title."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    cells = [names, *([str(row.get(name, "")) for name in names] for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(names))]
    lines = [
        "  ".join(text.rjust(width) for text, width in zip(row, widths, strict=True))
        for row in cells
    ]
    return "\n".join([title, *lines, ""])
