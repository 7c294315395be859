"""The parts of the benchmark; each returns rows of a table."""

import itertools
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.measure import (
    TINY_PACKAGE,
    median,
    run_child,
    run_task,
    timed,
    tiny_sentences,
)
from digest.config import find_folders
from digest.translation.engine import Decoding, Engine
from digest.translation.glossary import Glossary
from digest.translation.packages import choose_model, find_models, load_engine
from digest.translation.translate import NoMemory, Translator

Row = dict[str, Any]

_LIMITS = ((2, 1, 512), (2, 1, 2048), (2, 1, 8192), (1, 2, 2048), (1, 2, 8192))
_DIGEST = (sys.executable, "-m", "digest")


@contextmanager
def tiny_models() -> Iterator[tuple[Path, dict[str, str]]]:
    """A models folder with the tiny package alone, and an environment that uses it."""
    with tempfile.TemporaryDirectory(prefix="digest-bench-") as scratch:
        packages = Path(scratch) / "models" / "packages"
        with zipfile.ZipFile(TINY_PACKAGE) as archive:
            archive.extractall(packages)
        environment = {"DIGEST_MODELS": str(packages.parent), "HOME": scratch}
        yield packages / "translate-nl_en-0_1", environment | {"XDG_DATA_HOME": f"{scratch}/data"}


def speed(runs: int) -> list[Row]:
    """Seconds for 10, 100 and 1,000 sentences of the tiny package: ours, Argos', the limit."""
    rows = []
    with tiny_models() as (package, environment):
        for count in (10, 100, 1000):
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
            rows.append(
                {"sentences": count}
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
    return rows


def growth(runs: int) -> list[Row]:
    """Seconds and memory of `digest run` for 1 to 1,000 articles, cold and remembered."""
    rows = []
    with tiny_models() as (_, environment):
        for count in (1, 10, 100, 1000):
            with tempfile.TemporaryDirectory(prefix="digest-bench-") as scratch:
                _write_articles(Path(scratch), count)
                command = [*_DIGEST, "run", scratch, "--output", f"{scratch}/out"]
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
            run_child([*_DIGEST, *arguments], environment)
            samples = [run_child([*_DIGEST, *arguments], environment) for _ in range(runs)]
            rows.append({"command": name, "s": round(median(s.seconds for s in samples), 3)})
    return rows


def quality(source: Path, reference: Path, *, model: str, lines: int) -> list[Row]:
    """BLEU and chrF (sacreBLEU) on a pair of files, of the engine alone and with our checks."""
    import sacrebleu  # noqa: PLC0415 - only this part needs it

    places = find_folders({})
    chosen = choose_model(find_models(places.packages, places.starter), model)
    engine = load_engine(chosen, threads=2)
    dutch = source.read_text(encoding="utf-8").splitlines()[:lines]
    english = reference.read_text(encoding="utf-8").splitlines()[:lines]
    translator = _translator(engine)
    rows = []
    for name, (seconds, texts) in {
        "engine alone": timed(lambda: _alone(engine, dutch)),
        "with checks": timed(lambda: _checked(translator, dutch)),
    }.items():
        rows.append(
            {
                "model": str(engine.model),
                "how": name,
                "lines": len(dutch),
                "BLEU": round(sacrebleu.corpus_bleu(texts, [english]).score, 2),
                "chrF": round(sacrebleu.corpus_chrf(texts, [english]).score, 2),
                "tried again": translator.counts.tried_again if name == "with checks" else 0,
                "words/s": round(sum(len(line.split()) for line in dutch) / seconds),
            }
        )
    return rows


def _alone(engine: Engine, dutch: list[str]) -> list[str]:
    results = dict(engine.translate_segments(dutch, Decoding()))
    return [results[index][0].text for index in range(len(dutch))]


def _checked(translator: Translator, dutch: list[str]) -> list[str]:
    sentences = translator(dutch)
    return [sentences[line].english for line in dutch]


def _translator(engine: Engine) -> Translator:
    return Translator(
        engine.model,
        lambda: engine,
        decoding=Decoding(),
        glossary=Glossary(()),
        memory=NoMemory(),
        progress=lambda _done, _total: None,
    )
