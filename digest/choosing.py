"""Which items somebody wants to read: by words of theirs, in either language, and by age."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from digest.article import SHOWN, Article, Document, Item, Precision
from digest.cleaning import clean
from digest.edition import Edition, Entry
from digest.errors import UsageError
from digest.identity import identity

Patterns = tuple[re.Pattern[str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What an item must have, one of `match`, and what it must not have, any of `exclude`.

    Those that end in `_en` are looked for in the English. An item with a time may be `max_age` old.
    """

    match: Patterns = ()
    exclude: Patterns = ()
    match_en: Patterns = ()
    exclude_en: Patterns = ()
    max_age: timedelta | None = None

    @property
    def by_english(self) -> bool:
        """Whether the English decides too."""
        return bool(self.match_en or self.exclude_en)

    def takes(self, item: Item, now: datetime) -> bool:
        """Whether an item is wanted, by its Dutch and its age at this aware moment."""
        return not _is_old(item, now, self.max_age) and (
            not (self.match or self.exclude) or _fits(_dutch(item), self.match, self.exclude)
        )

    def takes_english(self, entry: Entry) -> bool:
        """Whether an item is wanted, by its English."""
        if not self.by_english:
            return True
        text = "\n".join(passage.english for passage in entry.passages)
        return _fits(text, self.match_en, self.exclude_en)


EVERYTHING = Choice()


def read_pattern(text: str) -> re.Pattern[str]:
    """What is looked for: words that stand as they are, or a regular expression between slashes.

    Capitals make no difference. Raises `UsageError` for nothing, and for a wrong expression.
    """
    wanted = clean(text).strip()
    if wanted.startswith("/"):
        if len(wanted) < len("/x/") or not wanted.endswith("/"):
            raise UsageError(f"{text!r:.100} is no regular expression between two slashes.")
        try:
            return re.compile(wanted[1:-1], re.IGNORECASE | re.MULTILINE)
        except (re.error, OverflowError, RecursionError) as error:
            raise UsageError(f"{text!r:.100} is no regular expression: {error}.") from error
    if not wanted:
        raise UsageError("There is no word to look for.")
    words = r"\s+".join(map(re.escape, wanted.split()))
    return re.compile(rf"(?<!\w){words}(?!\w)", re.IGNORECASE)


def read_choice(
    *,
    match: Iterable[str] = (),
    exclude: Iterable[str] = (),
    match_en: Iterable[str] = (),
    exclude_en: Iterable[str] = (),
    max_age: str = "",
) -> Choice:
    """A choice as a person writes it. Raises `UsageError`."""
    return Choice(
        match=tuple(map(read_pattern, match)),
        exclude=tuple(map(read_pattern, exclude)),
        match_en=tuple(map(read_pattern, match_en)),
        exclude_en=tuple(map(read_pattern, exclude_en)),
        max_age=read_age(max_age) if max_age else None,
    )


_AGE = re.compile(r"(\d{1,5})\s*([mhdw])", re.IGNORECASE)
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def read_age(text: str) -> timedelta:
    """An age such as `90m`, `24h`, `3d` or `2w`. Raises `UsageError` for anything else."""
    found = _AGE.fullmatch(text.strip())
    if not found or not int(found[1]):
        raise UsageError(f"{text!r:.100} is not an age like 24h, 3d or 2w.")
    return timedelta(**{_UNITS[found[2].lower()]: int(found[1])})


def unwanted(
    documents: Iterable[Document],
    choices: Sequence[Choice],
    of_source: Mapping[str, Choice],
    now: datetime,
) -> set[str]:
    """The items that are in no document from which they are wanted.

    `choices` hold for all, those of `of_source` for the place of a source.
    """
    wanted: set[str] = set()
    left: set[str] = set()
    for document in documents:
        asked = [*choices, of_source.get(document.place, EVERYTHING)]
        for item in document.items:
            takes = all(choice.takes(item, now) for choice in asked)
            (wanted if takes else left).add(identity(item))
    return left - wanted


def unwanted_english(
    edition: Edition,
    documents: Iterable[Document],
    choices: Sequence[Choice],
    of_source: Mapping[str, Choice],
) -> set[str]:
    """The same by the English of an edition that was made of the documents."""
    places: dict[str, set[str]] = {}
    for document in documents:
        for item in document.items:
            places.setdefault(identity(item), set()).add(document.place)
    return {
        entry.identity
        for entry in edition.entries
        if not all(choice.takes_english(entry) for choice in choices)
        or not any(
            of_source.get(place, EVERYTHING).takes_english(entry)
            for place in places.get(entry.identity, {""})
        )
    }


def _fits(text: str, match: Patterns, exclude: Patterns) -> bool:
    found = not match or any(pattern.search(text) for pattern in match)
    return found and not any(pattern.search(text) for pattern in exclude)


def _dutch(item: Item) -> str:
    """The headline and the shown text of an item, and the places of its datelines."""
    lines = [item.headline.text] if isinstance(item, Article) else []
    for part in item.paragraphs:
        if part.role in SHOWN:
            lines += [part.dateline.place] if part.dateline else []
            lines.append(part.text)
    return "\n".join(lines)


_EXACT = {Precision.MINUTE: timedelta(0), Precision.HOUR: timedelta(hours=1)}


def _is_old(item: Item, now: datetime, most: timedelta | None) -> bool:
    """Whether an item is surely older; of one with a date alone the whole day counts."""
    if not item.published or most is None:
        return False
    at = item.published.at + _EXACT.get(item.published.precision, timedelta(days=1))
    return now - at > most
