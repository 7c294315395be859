"""Names and terms that are settled: source term, target term, optional note.

A term is settled in a translation when its English stands there. If the Dutch was left
standing, it is replaced; else the sentence is translated once more with the English term
already in it: models copy a foreign name and build the sentence around it, so that the
English stays grammatical. Whole words only, the longest term first; inflected forms are
left alone.
"""

import csv
import io
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from digest.edition import Term
from digest.errors import ConfigurationError
from digest.regular import read_regular

_MOST_BYTES = 10_000_000
_NAMES = Path(__file__).with_name("names.csv")


class HouseStyle(StrEnum):
    """Whose spelling of foreign names is followed: the Associated Press or the BBC."""

    AP = "ap"
    BBC = "bbc"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What a glossary says of a translation.

    `english` is the text with what could be settled in it, `terms` are those that changed
    it, and `missing` those whose English is not there.
    """

    english: str
    terms: tuple[Term, ...] = ()
    missing: tuple[Term, ...] = ()


class Glossary:
    """Terms to apply; of two terms with the same source the later one holds."""

    def __init__(self, terms: Iterable[Term]) -> None:
        self._terms = {term.source: term for term in terms}
        self._pattern = _whole_words(self._terms) if self._terms else None

    @property
    def meanings(self) -> Mapping[str, str]:
        """The English of each term; a term that stays Dutch means itself."""
        return {term.source: term.target or term.source for term in self._terms.values()}

    def settle(self, dutch: str, english: str) -> Settlement:
        """Hold a translation against the terms that its source has."""
        found = dict.fromkeys(self._pattern.findall(dutch)) if self._pattern else {}
        applied: list[Term] = []
        missing: list[Term] = []
        for term in (self._terms[source] for source in found):
            wanted = term.target or term.source
            left = _whole_words([term.source])
            if left.search(english) and wanted != term.source:
                english = left.sub(wanted, english)
                applied.append(term)
            elif wanted.lower() not in english.lower():
                missing.append(term)
        return Settlement(english=english, terms=tuple(applied), missing=tuple(missing))


def put_terms(dutch: str, terms: Iterable[Term]) -> str:
    """The Dutch text with the English of these terms in it."""
    targets = {term.source: term.target or term.source for term in terms}
    return _whole_words(targets).sub(lambda found: targets[found[0]], dutch)


def house_names(style: HouseStyle) -> tuple[Term, ...]:
    """Names that Dutch media spell differently, as a house style has them in English."""
    with _NAMES.open(encoding="utf-8", newline="") as table:
        return tuple(
            Term(source=row["source"], target=row[style.value]) for row in csv.DictReader(table)
        )


def read_glossary(path: Path) -> tuple[Term, ...]:
    """The terms of a CSV file (source, target, note) or a TOML file (tables `[[term]]`).

    Raises `ConfigurationError` with the file and, for CSV, the line.
    """
    try:
        text = read_regular(path, _MOST_BYTES).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8"
        raise ConfigurationError(f"The glossary {path} cannot be read: {reason}.") from error
    return _from_toml(text, path) if path.suffix == ".toml" else _from_csv(text, path)


def _from_csv(text: str, path: Path) -> tuple[Term, ...]:
    terms = []
    reader = csv.reader(io.StringIO(text))
    for row in _rows(reader, path):
        cells = [cell.strip() for cell in row]
        if not any(cells) or cells[0].startswith("#") or cells[:2] == ["source", "target"]:
            continue
        if not cells[0] or len(cells) not in (2, 3):
            raise ConfigurationError(
                f"{path}, line {reader.line_num}: a term is `source,target` or "
                f"`source,target,note`, not `{','.join(row):.100}`."
            )
        terms.append(Term(source=cells[0], target=cells[1], note="".join(cells[2:])))
    return tuple(terms)


def _rows(reader: Any, path: Path) -> Iterator[list[str]]:
    try:
        yield from reader
    except csv.Error as error:
        raise ConfigurationError(f"{path}, line {reader.line_num}: {error}.") from error


def _from_toml(text: str, path: Path) -> tuple[Term, ...]:
    try:
        terms = tuple(Term(**table) for table in tomllib.loads(text).get("term", []))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigurationError(f"{path}: {error}.") from error
    except TypeError as error:
        raise ConfigurationError(f"{path}: {_TERM}, nothing else.") from error
    for term in terms:
        values = (term.source, term.target, term.note)
        if not all(isinstance(value, str) for value in values) or not term.source.strip():
            raise ConfigurationError(f"{path}: {_TERM}, all of them texts.")
    return terms


_TERM = "a `[[term]]` has source, target and note"


def _whole_words(words: Iterable[str]) -> re.Pattern[str]:
    longest = sorted(words, key=len, reverse=True)
    return re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, longest))})(?![\w-])")
