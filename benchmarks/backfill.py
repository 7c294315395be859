"""`digest backfill` on 1 to 10,000 articles: time, memory of the largest process, workers."""

import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

from benchmarks.measure import Row, run_task, tiny_sentences
from benchmarks.parts import tiny_models

_A_DAY = 25
_SENTENCES = 12


def backfill(runs: int) -> list[Row]:
    """Seconds and megabytes for each size and number of workers, once each: some take long.

    Then a corpus in which no sentence stands twice, and Argos' own call in a plain loop.
    """
    del runs
    sizes = [(count, workers) for count in (1, 10, 100, 1000, 10_000) for workers in (1, 2)]
    with tiny_models() as (package, environment):
        rows = [_measured(count, workers, environment) for count, workers in sizes]
        rows.append(_measured(1000, 2, environment, repeated=False))
        rows += [_plain_loop(100, package, environment, threads) for threads in (0, 2)]
    return rows


def _measured(
    count: int, workers: int, environment: dict[str, str], *, repeated: bool = True
) -> Row:
    with tempfile.TemporaryDirectory(prefix="digest-bench-") as folder:
        scratch = Path(folder)
        total, unique = write_articles(scratch / "articles.jsonl", count, repeated=repeated)
        command = [
            *(sys.executable, "-m", "digest", "backfill", str(scratch / "articles.jsonl")),
            *("--output", str(scratch / "out"), "--model", "translate-nl_en"),
            *("--workers", str(workers), "-q"),
        ]
        home = environment | {"HOME": folder, "XDG_DATA_HOME": f"{folder}/data"}
        seconds, peaks, busy = _watched(command, home)
        disk = sum(file.stat().st_size for file in scratch.rglob("*") if file.is_file())
        for edition in (scratch / "out").glob("*-*.jsonl"):
            edition.unlink()
        again, _, _ = _watched(command, home)
    return {
        "articles": count,
        "workers": workers,
        "sentences": total,
        "unique": unique,
        "s": round(seconds, 1),
        "main CPU s": round(busy, 1),
        "published again s": round(again, 1),
        "main MB": round(peaks[0] / 1024),
        "largest MB": round(max(peaks) / 1024),
        "disk MB": round(disk / 1e6),
    }


def _watched(command: list[str], environment: dict[str, str]) -> tuple[float, list[int], float]:
    """Seconds of a command, the peaks of its processes in kilobytes, its own processor time."""
    started = time.perf_counter()
    process = subprocess.Popen(command, env=environment)  # noqa: S603 - ours
    peaks: dict[int, int] = {process.pid: 0}
    busy = 0.0
    while process.poll() is None:
        for pid in family(process.pid):
            peaks[pid] = max(peaks.get(pid, 0), _peak(pid))
        busy = max(busy, _processor_seconds(process.pid))
        time.sleep(0.2)
    assert process.returncode == 0
    return time.perf_counter() - started, list(peaks.values()), busy


def _plain_loop(count: int, package: Path, environment: dict[str, str], threads: int) -> Row:
    """Each article by itself, in Argos' settings or with so many threads."""
    with tempfile.TemporaryDirectory(prefix="digest-bench-") as folder:
        articles = Path(folder) / "articles.jsonl"
        total, unique = write_articles(articles, count)
        sample = run_task("argos_loop", package, articles, threads or "", environment=environment)
    return {
        "articles": count,
        "workers": f"argos, {threads} threads" if threads else "argos",
        "sentences": total,
        "unique": unique,
        "s": round(sample.seconds, 1),
        "main MB": round(sample.megabytes),
        "largest MB": round(sample.megabytes),
    }


def write_articles(path: Path, count: int, *, repeated: bool = True) -> tuple[int, int]:
    """Articles of some 150 words; how many sentences they have, and how many different ones.

    As in news many of them are in others too, unless they must not be `repeated`.
    """
    samples = tiny_sentences(1000)
    seen: set[str] = set()
    total = 0
    with path.open("w", encoding="utf-8") as lines:
        for number in range(count):
            start = number * _SENTENCES
            body = [samples[(start + each) % len(samples)] for each in range(_SENTENCES)]
            own = [
                _changed(text, number, always=not repeated) if each % 4 or not repeated else text
                for each, text in enumerate(body)
            ]
            day = date(2016, 1, 1) + timedelta(days=number // _A_DAY)
            article = {
                "headline": f"Bericht {number}",
                "text": " ".join(own),
                "published": f"{day.isoformat()}T12:00:00+01:00",
                "url": f"https://krant.example/{number}",
            }
            lines.write(json.dumps(article, ensure_ascii=False) + "\n")
            seen.update(own)
            total += len(own)
    return total, len(seen)


def _changed(text: str, number: int, *, always: bool) -> str:
    """A sentence with the number of its article, where it has a place for that, or always."""
    changed = text.replace(" de ", f" {number + 2} ", 1)
    return f"{text[:-1]} in {number + 2}{text[-1:]}" if always and changed == text else changed


def family(pid: int) -> list[int]:
    """A process with its children, and theirs."""
    found = [pid]
    for each in found:
        try:
            tasks = list(Path(f"/proc/{each}/task").iterdir())
            children = " ".join((task / "children").read_text() for task in tasks)
        except OSError:
            continue
        found += [int(child) for child in children.split()]
    return found


def _peak(pid: int) -> int:
    """The most memory that a process has had, in kilobytes."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    return int(status.partition("VmHWM:")[2].split()[0]) if "VmHWM:" in status else 0


def _processor_seconds(pid: int) -> float:
    """The processor time that a process has used itself."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
