"""Versions of what agencies sent: the newest of each item, and what may not be published."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from digest.article import Article, Document, Status
from digest.errors import InputError
from digest.sources.agency import FEED

_WHY = {
    Status.WITHDRAWN: "was withdrawn by its agency",
    Status.WITHHELD: "its agency does not publish yet",
}
_Place = tuple[int, datetime, int, int]


def newest(documents: Iterable[Document], problems: list[InputError]) -> tuple[Document, ...]:
    """Documents of which each item of an agency is in the one with its newest version only.

    What is withheld is left out, and told as a problem like what was withdrawn.
    """
    listed = tuple(documents)
    places: dict[int, _Place] = {}
    for number, document in enumerate(listed):
        places |= {id(item): place for item, place in _placed(document, number)}
    last: dict[str, _Place] = {}
    for document in listed:
        for item in _of_agency(document):
            last[item.key] = max(last.get(item.key, places[id(item)]), places[id(item)])
    kept = []
    for document in listed:
        old = {id(item) for item in _of_agency(document) if last[item.key] != places[id(item)]}
        parts = tuple(
            part
            for part in document.parts
            if id(part) not in old and _is_told(part, document, problems)
        )
        if parts or not document.parts:
            whole = len(parts) == len(document.parts)
            kept.append(document if whole else replace(document, parts=parts))
    return tuple(kept)


def _of_agency(document: Document) -> Iterator[Article]:
    """The items of a document whose versions are told apart."""
    if document.feed == FEED:
        yield from (item for item in document.items if isinstance(item, Article) and item.key)


def _placed(document: Document, number: int) -> Iterator[tuple[Article, _Place]]:
    """Items with what their versions are ordered by: number, time, and as they came."""
    for index, item in enumerate(_of_agency(document)):
        at = item.published.at if item.published else document.as_of
        yield item, (item.version, at, number, index)


def _is_told(part: object, document: Document, problems: list[InputError]) -> bool:
    """Whether a part stays; of what is not to be published it is told why."""
    if not isinstance(part, Article):
        return True
    if why := _WHY.get(part.origin.status):
        reason = f"has an item “{part.headline.text:.100}” that {why}"
        problems.append(InputError(document.source, reason))
    return part.origin.status is not Status.WITHHELD
