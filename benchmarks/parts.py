"""The parts of the benchmark; each returns rows of a table."""

import itertools
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
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
from benchmarks.widen import write_wide_package
from digest.config import find_folders
from digest.lexicon.glosses import find_glosses
from digest.lexicon.lexicon import load_lexicon
from digest.lexicon.meaning import MeaningCheck, doubtful
from digest.translation.engine import Decoding, Engine
from digest.translation.packages import choose_model, find_models, load_engine
from digest.translation.prompts import ALL, write_prompt
from digest.translation.translate import bare_translator

Row = dict[str, Any]

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


def quality(
    pairs: Mapping[str, tuple[Sequence[str], Sequence[str]]], *, model: str, lines: int
) -> list[Row]:
    """BLEU, chrF (sacreBLEU), meanings kept and speed, of the engine alone and with our checks.

    Engines that read glosses are asked without them too. `pairs` are Dutch and English lines.
    """
    import sacrebleu  # noqa: PLC0415 - only this part needs it

    places = find_folders({})
    chosen = choose_model(find_models(places.packages, places.starter), model)
    engine = load_engine(chosen, threads=2)
    check = MeaningCheck(load_lexicon(), {})
    rows = []
    for name, texts in pairs.items():
        dutch, english = (list(side[:lines]) for side in texts)
        for how, translate in _ways(engine).items():
            seconds, answers = timed(partial(translate, dutch))
            found = [check.check(*both) for both in zip(dutch, answers, strict=True)]
            checked = sum(meanings.checked for meanings in found)
            lost = sum(len(meanings.missing) for meanings in found)
            rows.append(
                {
                    "model": str(engine.model),
                    "text": name,
                    "how": how,
                    "lines": len(dutch),
                    "BLEU": round(sacrebleu.corpus_bleu(answers, [english]).score, 2),
                    "chrF": round(sacrebleu.corpus_chrf(answers, [english]).score, 2),
                    "meanings kept": round(100 * (checked - lost) / checked, 1),
                    "doubtful": sum(bool(doubtful(meanings.missing)) for meanings in found),
                    "words/s": round(sum(len(line.split()) for line in dutch) / seconds),
                }
            )
    return rows


def _ways(engine: Engine) -> dict[str, Callable[[Sequence[str]], list[str]]]:
    """The ways to ask an engine, by name."""
    ways: dict[str, Callable[[Sequence[str]], list[str]]] = {"plain": partial(_alone, engine)}
    if engine.model.reads_glosses:
        for most in (1, 2, ALL):
            ways[f"{most} glosses a word"] = partial(_glossed, engine, most)
    ways["with checks, no meanings"] = partial(_checked, engine, meaning=False)
    ways["with checks"] = partial(_checked, engine, meaning=True)
    return ways


def _glossed(engine: Engine, most: int, dutch: Sequence[str]) -> list[str]:
    lexicon = load_lexicon()
    return _alone(engine, [write_prompt(text, find_glosses(text, lexicon), most) for text in dutch])


def _alone(engine: Engine, prompts: Sequence[str]) -> list[str]:
    results = dict(engine.translate_segments(prompts, Decoding()))
    return [results[index][0].text for index in range(len(prompts))]


def _checked(engine: Engine, dutch: Sequence[str], *, meaning: bool) -> list[str]:
    sentences = bare_translator(engine, meaning=meaning)(dutch)
    return [sentences[line].english for line in dutch]
