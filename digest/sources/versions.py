"""Versions of what agencies sent: the newest of each item, and what may not be published."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from digest.article import Article, Document, Status, shelve_documents
from digest.errors import InputError
from digest.shelf import pick
from digest.sources.agency import FEED

_WHY = {
    Status.WITHDRAWN: "was withdrawn by its agency",
    Status.WITHHELD: "its agency does not publish yet",
}
_Place = tuple[int, datetime, int, int]


def newest(documents: Sequence[Document], problems: list[InputError]) -> Sequence[Document]:
    """Documents of which each item of an agency is in the one with its newest version only.

    What is withheld is left out, and told as a problem like what was withdrawn.
    """
    if all(document.feed != FEED for document in documents):
        return documents
    last: dict[str, _Place] = {}
    for number, document in enumerate(documents):
        for key, place in _places(document, number).values():
            last[key] = max(last.get(key, place), place)
    return shelve_documents(_newest(documents, last, problems))


def _newest(
    documents: Iterable[Document], last: Mapping[str, _Place], problems: list[InputError]
) -> Iterator[Document]:
    for number, document in enumerate(documents):
        places = _places(document, number)
        kept = []
        for index, part in enumerate(document.parts):
            key, place = places.get(index, ("", None))
            if (place is None or last[key] == place) and _is_told(part, document, problems):
                kept.append(index)
        if kept or not document.parts:
            whole = len(kept) == len(document.parts)
            yield document if whole else replace(document, parts=pick(document.parts, kept))


def _places(document: Document, number: int) -> dict[int, tuple[str, _Place]]:
    """The keys of the items whose versions are told apart, by their position.

    With what versions are ordered by: number, time, and as they came.
    """
    found = {}
    for index, item in enumerate(document.parts if document.feed == FEED else ()):
        if isinstance(item, Article) and item.key:
            at = item.published.at if item.published else document.as_of
            found[index] = item.key, (item.version, at, number, index)
    return found


def _is_told(part: object, document: Document, problems: list[InputError]) -> bool:
    """Whether a part stays; of what is not to be published it is told why."""
    if not isinstance(part, Article):
        return True
    if why := _WHY.get(part.origin.status):
        reason = f"has an item “{part.headline.text:.100}” that {why}"
        problems.append(InputError(document.source, reason))
    return part.origin.status is not Status.WITHHELD
