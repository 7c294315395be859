"""What a site's search reads: the words of a month's items, small, and without a service.

A browser refuses to fetch JSON for a page that is a file, but loads scripts. So an index is JSON
in a call: `digestIndex("2026-11", {...});`.
"""

import json
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from digest.edition import Edition
from digest.plaintext import escaped

_WORD = re.compile(r"[^\W_]{2,}|\d")
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True, kw_only=True)
class Indexed:
    """An edition of a site: its page, its day and name, and the titles of its items."""

    page: str
    title: tuple[str, ...]
    name: str
    edition: Edition
    titles: tuple[tuple[str, str], ...]


def month_index(month: str, languages: Sequence[str], editions: Iterable[Indexed]) -> str:
    """The index of a month, the newest item first.

    `l` are the languages of titles, in their order; `e` has of each edition the page, the name and
    the day in these languages; `i` of each item the edition, by its place in `e`, its number there,
    and its titles; `w` for each word the items that have it, by their places in `i`, each as the
    distance from the one before, in base 36.
    """
    listed: list[tuple[str, str, *tuple[str, ...]]] = []
    items: list[tuple[int, int, str, str]] = []
    having: dict[str, list[int]] = defaultdict(list)
    for each in editions:
        for entry, titles in zip(each.edition.entries, each.titles, strict=True):
            for word in {w for part in entry.passages for w in words(part.dutch, part.english)}:
                having[word].append(len(items))
            items.append((len(listed), entry.number, *titles))
        listed.append((each.page, each.name, *each.title))
    index = {
        "l": languages,
        "e": listed,
        "i": items,
        "w": {word: _distances(having[word]) for word in sorted(having)},
    }
    data = json.dumps(index, ensure_ascii=False, separators=(",", ":"))
    return f"digestIndex({json.dumps(month)},{escaped(data)});\n"


def words(*texts: str) -> set[str]:
    """The words of texts as they are looked for: in lower case, without accents."""
    folded = unicodedata.normalize("NFD", " ".join(texts).lower())
    return set(_WORD.findall("".join(c for c in folded if not unicodedata.combining(c))))


def _distances(places: list[int]) -> str:
    before = [0, *places]
    return " ".join(_base_36(place - last) for last, place in zip(before, places, strict=False))


def _base_36(number: int) -> str:
    digits = ""
    while True:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
        if not number:
            return digits
