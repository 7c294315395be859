"""Makes `digest/lexicon/data` from the word list as text: `python -m benchmarks.lexicon`.

The word list (`words.tsv`, `phrases.tsv`, `expressions.tsv`: a head, a tab, its translations;
`common.txt`) is made compact: expressions get the lemmas that they are known by, and every
entry how often it occurred in human translations and was found in them by the meaning check.
"""

import gzip
import re
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from digest.lexicon.english import EnglishText
from digest.lexicon.items import Kind
from digest.lexicon.lemmas import dutch_lemma
from digest.lexicon.lexicon import DATA, load_lexicon
from digest.lexicon.meaning import MeaningCheck

_TOKEN = re.compile(r"[\w'’-]+")
_PLACEHOLDERS = frozenset("iemand iets zich zijn haar je iemands".split())
_OWN = {Kind.WORD: "word", Kind.PLACE: "word", Kind.EXPRESSION: "phrase"}

Counts = Counter[tuple[str, str]]


@click.command()
@click.argument("words", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.argument("pairs", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--output", type=click.Path(path_type=Path), default=DATA, show_default=True)
def main(words: Path, pairs: Path, output: Path) -> None:
    """Make the data of the word list in folder WORDS, counted on the PAIRS of a TSV file."""
    with tempfile.TemporaryDirectory(prefix="digest-lexicon-") as scratch:
        _write(words, Path(scratch), Counter(), Counter())
        seen, found = _count(Path(scratch), pairs)
    _write(words, output, seen, found)
    click.echo(f"{len(seen)} entries occurred, {found.total() / seen.total():.1%} were found.")


def _write(source: Path, target: Path, seen: Counts, found: Counts) -> None:
    words = _table(source / "words.tsv")
    phrases = []
    for use, table in (
        ("prompt", _table(source / "phrases.tsv")),
        ("check", _table(source / "expressions.tsv")),
    ):
        for head, glosses in table.items():
            tokens = _TOKEN.findall(head.lower())
            kept = [token for token in tokens if token not in _PLACEHOLDERS]
            if len(kept) > 1:
                keys = " ".join(map(dutch_lemma, kept))
                counts = f"{seen['phrase', head]}\t{found['phrase', head]}"
                phrases.append(f"{head}\t{keys}\t{use}\t{glosses}\t{counts}")
            elif kept and "zich" not in tokens and not {kept[0], dutch_lemma(kept[0])} & set(words):
                words[kept[0]] = glosses
    rows = (
        f"{head}\t{glosses}\t{seen['word', head]}\t{found['word', head]}"
        for head, glosses in words.items()
    )
    _compress(target / "words.tsv.gz", rows)
    _compress(target / "phrases.tsv.gz", phrases)
    (target / "common.txt").write_bytes((source / "common.txt").read_bytes())


def _table(path: Path) -> dict[str, str]:
    return dict(_rows(path))


def _rows(path: Path) -> Iterator[tuple[str, str]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        first, second, *_ = line.split("\t")
        yield first, second


def _compress(path: Path, rows: Iterable[str]) -> None:
    text = "".join(f"{row}\n" for row in rows)
    path.write_bytes(gzip.compress(text.encode(), 9, mtime=0))


def _count(data: Path, pairs: Path) -> tuple[Counts, Counts]:
    """How often each entry occurs in the pairs, and how often the check finds it there."""
    check = MeaningCheck(load_lexicon(data), {}, thorough=True)
    seen: Counts = Counter()
    found: Counts = Counter()
    for dutch, english in _rows(pairs):
        text = EnglishText(english)
        for item in check.items(dutch):
            if item.kind in _OWN:
                key = _OWN[item.kind], item.gloss.head
                seen[key] += 1
                found[key] += check.is_found(item, text)
    return seen, found


if __name__ == "__main__":
    main()
