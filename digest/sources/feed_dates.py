"""Dates of feeds: what RFC 822 and RFC 3339 say, and what Dutch sites write instead.

A date without a zone is in the reader's zone; the abbreviations of zones hold as they stand, also
`CET` in summer. What no newspaper can mean (before 1971, or more than ten years ahead) is no date.
"""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from digest.article import Precision, Published
from digest.calendar import MONTHS_EN, MONTHS_NL, clock_en, clock_nl

_FIRST_YEAR = 1971
_AHEAD = timedelta(days=3653)
_LONGEST = 80

_MONTHS = {
    name[:length]: number
    for names in (MONTHS_EN, MONTHS_NL)
    for number, name in enumerate((name.lower() for name in names), 1)
    for length in range(3, len(name) + 1)
} | {"mrt": 3, "mar": 3, "maa": 3, "mei": 5, "okt": 10, "oct": 10, "sept": 9}
_HOURS = {
    "ut": 0, "utc": 0, "gmt": 0, "z": 0, "wet": 0, "west": 1, "bst": 1, "ist": 1,
    "cet": 1, "met": 1, "mez": 1, "cest": 2, "mest": 2, "mesz": 2, "eet": 2, "eest": 3, "msk": 3,
    "ast": -4, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8,
    "pdt": -7,
}  # fmt: skip
_CLOCK = (
    r"(?:(?:[,\s]+|T)(?:om\s+|at\s+|-\s+)?(?P<hour>[01]?\d|2[0-4])[:.u](?P<minute>[0-5]?\d)"
    r"(?:[:.](?P<second>[0-5]\d|60)(?:[.,]\d{1,9})?)?(?:\s*(?P<half>[ap])\.?m\.?)?"
    r"(?:\s*(?:uur|u\b\.?|h\b))?)?\s*(?P<zone>[A-Za-z+\u2212(\[-].{0,40})?"
)
_CLOCK_OF_C = r"\s+(?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d))?"
_COMPACT_CLOCK = r"(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)?(?:\.\d+)?(?P<zone>[Z+-].{0,6})?"
_MONTH_DAY = r"(?P<month>\d{2})(?P<day>\d{2})"
_WEEKDAY = r"(?:[^\W\d]{2,10}[\s.,]+)?"
_DAY, _NUMBER = r"(?P<day>\d{1,2})", r"(?P<month>\d{1,2})"
_WORD = r"(?P<word>[^\W\d]{3,9})"
_YEAR, _SHORT_YEAR = r"(?P<year>\d{4})", r"(?P<year>\d{4}|\d{2}(?![:.]\d|\d))"
_SHAPES = tuple(
    re.compile(shape, re.IGNORECASE)
    for shape in (
        rf"{_YEAR}{_MONTH_DAY}T{_COMPACT_CLOCK}",
        rf"{_YEAR}-{_NUMBER}-{_DAY}{_CLOCK}",
        rf"{_YEAR}{_MONTH_DAY}{_CLOCK}",
        rf"{_YEAR}[/.]{_NUMBER}[/.]{_DAY}{_CLOCK}",
        rf"{_WEEKDAY}{_DAY}(?:st|nd|rd|th|e)?[\s.-]+{_WORD}\.?,?[\s-]+{_SHORT_YEAR}{_CLOCK}",
        rf"{_WEEKDAY}{_DAY}[-/.]{_NUMBER}[-/.]{_SHORT_YEAR}{_CLOCK}",
        rf"{_WEEKDAY}{_WORD}\.?\s+{_DAY}(?:st|nd|rd|th)?,?\s+{_YEAR}{_CLOCK}",
        rf"[^\W\d]{{3}}\s+{_WORD}\s+{_DAY}{_CLOCK_OF_C}\s+(?:(?P<zone>[A-Z]{{1,5}})\s+)?{_YEAR}",
        rf"{_WEEKDAY}{_DAY}(?P<year>)\s+{_WORD}\.?{_CLOCK}",
    )
)
_OFFSET = re.compile(r"(?:GMT|UTC|UT)?\s*([+\u2212-])(\d{1,2}):?(\d{2})?\b", re.IGNORECASE)
_ZONE = re.compile(r"\(?([A-Za-z]{1,5})\b\)?|\[?(\w+/\w+)\]?")
_STAMP = re.compile(r"\d{10}|\d{13}")
_SECONDS = 10
_SHORT = 2


def read_date(text: str, *, as_of: datetime, zone: tzinfo) -> Published | None:
    """The moment that a feed gives an item, with its words in both languages, or None.

    A date without a time has no clock time in its words either.
    """
    text = " ".join(text[:_LONGEST].split())
    for at, precision in _readings(text, as_of.astimezone(zone), zone):
        if at.year >= _FIRST_YEAR and at <= as_of + _AHEAD:
            return _published(at.astimezone(zone), precision)
    return None


def _readings(text: str, as_of: datetime, zone: tzinfo) -> list[tuple[datetime, Precision]]:
    if _STAMP.fullmatch(text):
        return [(datetime.fromtimestamp(int(text[:_SECONDS]), tz=UTC), Precision.MINUTE)]
    for shape in _SHAPES:
        if found := shape.fullmatch(text):
            try:
                return [_moment(found.groupdict(), as_of, zone)]
            except (ValueError, OverflowError, KeyError):
                return []
    return []


def _moment(
    found: dict[str, str | None], as_of: datetime, zone: tzinfo
) -> tuple[datetime, Precision]:
    day, year = int(found["day"] or 0), int(found["year"] or 0)
    month = int(found.get("month") or 0) or _MONTHS[(found.get("word") or "").lower()]
    if not year:  # of this one, or of the last where that is still to come
        later = (month, day) > (as_of.month, as_of.day + 1)
        year = as_of.year - 1 if later else as_of.year
    if month > 12 >= day:  # noqa: PLR2004 - the American order
        day, month = month, day
    if len(found["year"] or "") == _SHORT:  # RFC 2822, 4.3
        year += 2000 if year < 50 else 1900  # noqa: PLR2004 - RFC 2822 again
    if found["hour"] is None:
        return datetime(year, month, day, tzinfo=zone), Precision.DAY
    hour = int(found["hour"])
    if half := found.get("half"):
        hour = hour % 12 + (12 if half.lower() == "p" else 0)
    at = datetime(year, month, day) + timedelta(hours=hour, minutes=int(found["minute"] or 0))  # noqa: DTZ001 - its zone follows
    return at.replace(tzinfo=_zone(found["zone"] or "", zone)), Precision.MINUTE


def _zone(text: str, otherwise: tzinfo) -> tzinfo:
    """The zone of a date: an offset, an abbreviation, a name, else the reader's."""
    if found := _OFFSET.match(text):
        offset = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
        return timezone(-offset if found[1] != "+" else offset)
    if found := _ZONE.match(text):
        if found[2]:
            try:
                return ZoneInfo(found[2])
            except (ZoneInfoNotFoundError, ValueError):
                return otherwise
        hours = _HOURS.get(found[1].lower())
        return otherwise if hours is None else timezone(timedelta(hours=hours))
    return otherwise


def _published(at: datetime, precision: Precision) -> Published:
    dutch = f"{at.day} {MONTHS_NL[at.month - 1]} {at.year}"
    english = f"{at.day} {MONTHS_EN[at.month - 1]} {at.year}"
    if precision is not Precision.DAY:
        dutch += f" {clock_nl(at)}"
        english += f" at {clock_en(at)}"
    return Published(raw=dutch, english=english, at=at, precision=precision)
