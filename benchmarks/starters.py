"""`python -m benchmarks.starters ADAPTER`: the starter with another adapter beside the shipped one.

Both are built as the program builds the starter. BLEU and chrF have the 95% intervals and the p
of sacreBLEU's paired bootstrap; the sample edition of both is shown sentence by sentence.
"""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import click
from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF
from sacrebleu.significance import PairedTest, Result

from benchmarks.measure import CHECKOUT, Row, table
from benchmarks.parts import DIGEST
from benchmarks.quality import checked, glossed, meanings, read_texts
from digest.errors import ModelError
from digest.translation.prompts import FEW
from digest.translation.starter import StarterEngine
from digest.translation.starter_build import build_starter, fetch_base

_RECIPE = CHECKOUT / "models" / "starter"
_KEPT = CHECKOUT / "build" / "train"
_NAMES = ("shipped", "other")
_SAMPLES = 1000

Translate = Callable[[Sequence[str]], list[str]]


@click.command()
@click.argument("adapter", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--lines", type=int, help="Lines of each text to use; all without it.")
def main(*, adapter: Path, lines: int | None) -> None:
    """Compare the starter that ADAPTER makes with the shipped one."""
    _KEPT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="digest-starters-") as scratch:
        try:
            folders = [
                _built(each, Path(scratch) / name)
                for name, each in zip(_NAMES, (_RECIPE / "adapter.npz", adapter), strict=True)
            ]
        except ModelError as error:
            raise click.ClickException(str(error)) from error
        click.echo("\n".join(_side_by_side([_edition(each) for each in folders])))
        engines = [StarterEngine(each / "starter", threads=os.cpu_count() or 1) for each in folders]
        ways: dict[str, Callable[[StarterEngine], Translate]] = {
            "first tries": lambda engine: partial(glossed, engine, FEW),
            "with checks": lambda engine: partial(checked, engine),
        }
        for name, both in read_texts().items():
            dutch, english = (side[:lines] for side in both)
            for how, way in ways.items():
                answers = [way(engine)(dutch) for engine in engines]
                click.echo(table(f"{name}, {how}", list(_compared(dutch, english, answers))))


def _built(adapter: Path, folder: Path) -> Path:
    """A models folder with nothing but the starter that an adapter makes."""
    recipe = folder / "recipe"
    recipe.mkdir(parents=True)
    for name in ("base.txt", "sentencepiece.model"):
        shutil.copyfile(_RECIPE / name, recipe / name)
    shutil.copyfile(adapter, recipe / "adapter.npz")
    base = fetch_base(recipe / "base.txt", _KEPT)
    build_starter(recipe, folder / "starter", note=lambda _text: None, base=base)
    return folder


def _compared(
    dutch: Sequence[str], english: Sequence[str], answers: Sequence[Sequence[str]]
) -> Iterator[Row]:
    """A row for each of the two systems; p is that of no difference to the first."""
    metrics = {"BLEU": BLEU(references=[english]), "chrF2": CHRF(references=[english])}
    test = PairedTest(
        list(zip(_NAMES, answers, strict=True)),
        metrics,
        references=None,
        test_type="bs",
        n_samples=_SAMPLES,
    )
    _, results = test()
    for number, name in enumerate(_NAMES):
        row: Row = {"adapter": name, "lines": len(dutch)}
        for metric in metrics:
            found = results[metric][number]
            assert isinstance(found, Result)
            row[metric] = f"{found.score:.2f}"
            row[f"{metric}, 95%"] = f"{found.mean:.2f} ± {found.ci:.2f}"
            row[f"{metric}, p"] = "" if found.p_value is None else f"{found.p_value:.3f}"
        yield row | meanings(dutch, answers[number])


def _edition(models: Path) -> list[tuple[str, str, tuple[str, ...]]]:
    """The sentences of the sample edition: Dutch, English, flags."""
    command = (*DIGEST, "run", "seeds", "--format", "json", "--no-memory")
    environment = os.environ | {"DIGEST_MODELS": str(models)}
    told = subprocess.run(  # noqa: S603 - our own program
        command, check=True, capture_output=True, env=environment, cwd=CHECKOUT
    )
    edition = json.loads(told.stdout)
    return [
        (sentence["dutch"], sentence["english"], tuple(sentence["flags"]))
        for entry in edition["entries"]
        for segment in (entry["headline"], *entry["paragraphs"])
        if segment
        for sentence in segment["sentences"]
    ]


def _side_by_side(editions: Sequence[list[tuple[str, str, tuple[str, ...]]]]) -> Iterator[str]:
    """Each sentence in Dutch and as each starter has it; one line where both say the same."""
    yield "The sample edition, sentence by sentence"
    for one, other in zip(*editions, strict=True):
        yield f"\n  Dutch    {one[0]}"
        if one[1:] == other[1:]:
            yield f"  both     {_told(one)}"
        else:
            yield from map("  {:8} {}".format, _NAMES, map(_told, (one, other)))


def _told(sentence: tuple[str, str, tuple[str, ...]]) -> str:
    _, english, flags = sentence
    return f"{english} ({', '.join(flags)})" if flags else english


if __name__ == "__main__":
    main()
