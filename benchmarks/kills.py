"""`digest backfill` while its processes are killed: what is lost, and what comes twice."""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from benchmarks.backfill import family
from benchmarks.measure import Row
from benchmarks.parts import tiny_models

_ARTICLES, _DAYS = 400, 9
_KILLS = 10
_BEFORE, _AFTER = 2.0, 9.0
"""Between so many seconds after its start a process is killed: a whole run takes some ten."""
_NOUNS = "minister brug kabinet rivier onderzoek gemeente oorlog rechter beurs woning".split()


def kills(runs: int) -> list[Row]:
    """Ten kills of the client, of a worker, and of a scheduler of its own, at random moments.

    `runs` is what the moments are drawn from, so that other ones can be had.
    """
    moments = random.Random(runs)  # noqa: S311 - no secret
    with tiny_models() as (_, environment):
        return [_killed(what, moments, environment) for what in ("client", "worker", "scheduler")]


def _killed(what: str, moments: random.Random, environment: dict[str, str]) -> Row:
    """A client or scheduler is killed in one backfill again and again, a worker in one of each."""
    done = 0
    bad = {"lost": 0, "twice": 0, "untranslated": 0}
    while done < _KILLS:
        with tempfile.TemporaryDirectory(prefix="digest-bench-") as scratch:
            place = _Place(Path(scratch), environment)
            while done < _KILLS:
                killed = place.run(what, moments.uniform(_BEFORE, _AFTER), moments)
                done += killed
                if not killed or what == "worker":
                    break
            place.run("", 0, moments)
            for name, count in place.found().items():
                bad[name] += count
    return {"killed": what, "times": done, "articles": _ARTICLES, **bad}


class _Place:
    """A backfill in a folder."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self._articles, self._out = folder / "articles.jsonl", folder / "out"
        self._environment = os.environ | environment
        self._environment |= {"HOME": str(folder), "XDG_DATA_HOME": str(folder / "data")}
        with self._articles.open("w", encoding="utf-8") as lines:
            for number in range(_ARTICLES):
                lines.write(json.dumps(_article(number), ensure_ascii=False) + "\n")

    def run(self, what: str, after: float, moments: random.Random) -> bool:
        """Run it, and after so many seconds kill something; whether that was still there."""
        command = ["digest", "backfill", str(self._articles), "--output", str(self._out)]
        command += ["--model", "translate-nl_en", "--workers", "2", "-q"]
        with ExitStack() as stack:
            scheduler = None
            if what == "scheduler":
                address, scheduler = stack.enter_context(self._cluster())
                command += ["--scheduler", address]
            process = stack.enter_context(self._process(*command))
            if not what:
                assert process.wait() == 0, "a run that nobody disturbs"
                return False
            time.sleep(after)
            if process.poll() is not None:
                return False
            others = family(process.pid)[1:]
            if what == "worker":
                victim = moments.choice(others)
                with suppress(ProcessLookupError):
                    os.kill(victim, signal.SIGKILL)
                process.wait()
                return True
            (scheduler or process).kill()
            process.wait()
            for other in others:  # they are left alone where the client is killed
                with suppress(ProcessLookupError):
                    os.kill(other, signal.SIGKILL)
            return True

    @contextmanager
    def _cluster(self) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
        """A scheduler and two workers."""
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        address = f"tcp://127.0.0.1:{port}"
        quiet = "--no-dashboard"
        with ExitStack() as stack:
            at = ("--host", "127.0.0.1", "--port", str(port), quiet)
            scheduler = stack.enter_context(self._process("distributed.cli.dask_scheduler", *at))
            for _ in range(2):
                as_one = (address, "--nthreads", "1", "--nworkers", "1", quiet)
                stack.enter_context(self._process("distributed.cli.dask_worker", *as_one))
            yield address, scheduler

    @contextmanager
    def _process(self, module: str, *arguments: str) -> Iterator["subprocess.Popen[bytes]"]:
        """A module as a process, which ends with its children when we leave."""
        process = subprocess.Popen(  # noqa: S603 - ours
            [sys.executable, "-m", module, *arguments],
            env=self._environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            yield process
        finally:
            for each in reversed(family(process.pid)):
                with suppress(ProcessLookupError):
                    os.kill(each, signal.SIGKILL)
            process.wait()

    def found(self) -> dict[str, int]:
        """How many articles are lost, are there twice, or have a sentence without English."""
        seen: dict[str, list[bool]] = {}
        for path in self._out.glob("*-*.jsonl"):
            for line in path.read_text(encoding="utf-8").splitlines():
                entry = json.loads(line)
                texts = [part for text in entry["paragraphs"] for part in text["sentences"]]
                whole = all(part["english"] for part in texts)
                seen.setdefault(entry["origin"]["address"], []).append(whole)
        return {
            "lost": _ARTICLES - len(seen),
            "twice": sum(len(each) > 1 for each in seen.values()),
            "untranslated": sum(not all(each) for each in seen.values()),
        }


def _article(number: int) -> dict[str, object]:
    def noun(at: int) -> str:
        return _NOUNS[at % len(_NOUNS)]

    return {
        "headline": f"De {noun(number)} opent brug {number}",
        "text": [
            f"De {noun(number + each)} zegt {number} keer dat de {noun(each)} open is."
            for each in range(6)
        ],
        "published": f"2016-05-{number % _DAYS + 1:02d}T12:00:00+02:00",
        "url": f"https://krant.example/{number}",
    }
