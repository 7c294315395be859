"""`digest backfill` on 1 to 10,000 articles: time, memory of the largest process, workers."""

import json
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

from benchmarks.measure import tiny_sentences
from benchmarks.parts import Row, tiny_models

_A_DAY = 25
_SENTENCES = 12


def backfill(runs: int) -> list[Row]:
    """Seconds and megabytes for each size and number of workers, once each: some take long."""
    del runs
    rows: list[Row] = []
    with tiny_models() as (_, environment):
        for count in (1, 10, 100, 1000, 10_000):
            for workers in (1, 2):
                with tempfile.TemporaryDirectory(prefix="digest-bench-") as scratch:
                    rows.append(_measured(count, workers, Path(scratch), environment))
    return rows


def _measured(count: int, workers: int, scratch: Path, environment: dict[str, str]) -> Row:
    total, unique = _write(scratch / "articles.jsonl", count)
    command = [
        *(sys.executable, "-m", "digest", "backfill", str(scratch / "articles.jsonl")),
        *("--output", str(scratch / "out"), "--model", "translate-nl_en"),
        *("--workers", str(workers), "-q"),
    ]
    home = {"HOME": str(scratch), "XDG_DATA_HOME": str(scratch / "data")}
    started = time.perf_counter()
    process = subprocess.Popen(command, env=environment | home)  # noqa: S603 - ours
    peaks: dict[int, int] = {}
    while process.poll() is None:
        for pid in family(process.pid):
            peaks[pid] = max(peaks.get(pid, 0), _peak(pid))
        time.sleep(0.2)
    assert process.returncode == 0
    return {
        "articles": count,
        "workers": workers,
        "sentences": total,
        "unique": unique,
        "seconds": round(time.perf_counter() - started, 1),
        "main MB": round(peaks.get(process.pid, 0) / 1024),
        "largest MB": round(max(peaks.values(), default=0) / 1024),
        "disk MB": round(sum(f.stat().st_size for f in scratch.rglob("*") if f.is_file()) / 1e6),
    }


def _write(path: Path, count: int) -> tuple[int, int]:
    """Articles of some 150 words, a quarter of whose sentences are in others too, as in news."""
    samples = tiny_sentences(1000)
    seen: set[str] = set()
    total = 0
    with path.open("w", encoding="utf-8") as lines:
        for number in range(count):
            start = number * _SENTENCES
            body = [samples[(start + each) % len(samples)] for each in range(_SENTENCES)]
            own = [
                text if each % 4 == 0 else text.replace(" de ", f" {number + 2} ", 1)
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
