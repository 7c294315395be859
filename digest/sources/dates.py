"""Times as Dutch news sites write them: `20 minuten geleden`, `gisteren om 22.15 uur`.

A time is recognised only at the start of a text; whether it may end there is the
caller's decision. Relative times count back from `as_of`: hours and less in UTC, so that
they stay hours across a change of the clock; days and more by the calendar.
"""

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from dateutil.relativedelta import relativedelta

from digest.article import Precision, Published
from digest.calendar import MONTHS_EN, MONTHS_NL, WEEKDAYS_EN, WEEKDAYS_NL
from digest.counting import counted

_COUNTS = {
    "een": 1,
    "één": 1,
    "twee": 2,
    "drie": 3,
    "vier": 4,
    "vijf": 5,
    "zes": 6,
    "zeven": 7,
    "acht": 8,
    "negen": 9,
    "tien": 10,
    "elf": 11,
    "twaalf": 12,
}


@dataclass(frozen=True, slots=True)
class _Unit:
    english: str
    delta: relativedelta
    precision: Precision


_UNITS = {
    "seconde": _Unit("second", relativedelta(seconds=1), Precision.MINUTE),
    "minuut": _Unit("minute", relativedelta(minutes=1), Precision.MINUTE),
    "uur": _Unit("hour", relativedelta(hours=1), Precision.HOUR),
    "dag": _Unit("day", relativedelta(days=1), Precision.DAY),
    "week": _Unit("week", relativedelta(weeks=1), Precision.DAY),
    "maand": _Unit("month", relativedelta(months=1), Precision.DAY),
    "jaar": _Unit("year", relativedelta(years=1), Precision.DAY),
}
_UNIT_FORMS = {
    **dict.fromkeys(("seconde", "seconden", "sec.", "sec"), "seconde"),
    **dict.fromkeys(("minuut", "minuten", "min.", "min"), "minuut"),
    **dict.fromkeys(("uur", "uren", "u.", "u"), "uur"),
    **dict.fromkeys(("dag", "dagen"), "dag"),
    **dict.fromkeys(("week", "weken"), "week"),
    **dict.fromkeys(("maand", "maanden", "mnd."), "maand"),
    **dict.fromkeys(("jaar", "jaren"), "jaar"),
}
_FRACTIONS = {
    "een kwartier": ("15 minutes ago", timedelta(minutes=15)),
    "een halfuur": ("half an hour ago", timedelta(minutes=30)),
    "een half uur": ("half an hour ago", timedelta(minutes=30)),
    "anderhalf uur": ("an hour and a half ago", timedelta(minutes=90)),
}
_NOW = {"zojuist": "just now", "zonet": "just now", "daarnet": "just now"}

# The word, what it is in English, how many days before today, and its hour if it implies one.
_DAYS: dict[str, tuple[str, int]] = {
    "vandaag": ("today", 0),
    "vanochtend": ("this morning", 0),
    "vanmorgen": ("this morning", 0),
    "vanmiddag": ("this afternoon", 0),
    "vanavond": ("this evening", 0),
    "vannacht": ("last night", 0),
    "gisteren": ("yesterday", 1),
    "gisterochtend": ("yesterday morning", 1),
    "gistermiddag": ("yesterday afternoon", 1),
    "gisteravond": ("yesterday evening", 1),
    "eergisteren": ("the day before yesterday", 2),
}

_MONTH_FORMS = {form: number for number, form in enumerate(MONTHS_NL, 1)} | {
    "jan": 1,
    "feb": 2,
    "mrt": 3,
    "apr": 4,
    "jun": 6,
    "jul": 7,
    "aug": 8,
    "sep": 9,
    "sept": 9,
    "okt": 10,
    "nov": 11,
    "dec": 12,
}
_WEEKDAY_FORMS = {form: number for number, form in enumerate(WEEKDAYS_NL)} | {
    form[:2]: number for number, form in enumerate(WEEKDAYS_NL)
}


def _any(words: object) -> str:
    ordered = sorted(words, key=len, reverse=True)  # type: ignore[call-overload]
    return "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in ordered)


_CLOCK = (
    r"(?:(?:\s*[,|•-])?\s+(?:om\s+)?(?P<hour>[01]?\d|2[0-3])[.:u](?P<minute>[0-5]\d)"
    r"(?:\s*(?:uur|u\b\.?))?)"
)
_AGO = re.compile(
    rf"(?P<count>\d{{1,4}}|{_any(_COUNTS)})\s*(?P<unit>{_any(_UNIT_FORMS)})"
    r"(?P<ago>\s*geleden)?",
    re.IGNORECASE,
)
_FRACTION_AGO = re.compile(rf"(?P<fraction>{_any(_FRACTIONS)})\s+geleden", re.IGNORECASE)
_JUST_NOW = re.compile(_any(_NOW), re.IGNORECASE)
_DAY = re.compile(rf"(?P<day>{_any(_DAYS)}){_CLOCK}?", re.IGNORECASE)
_DATE = re.compile(
    rf"(?:(?P<weekday>{_any(_WEEKDAY_FORMS)})\.?,?\s+)?"
    rf"(?P<dom>0?[1-9]|[12]\d|3[01])\s+(?P<month>{_any(_MONTH_FORMS)})\.?"
    rf"(?:\s+(?P<year>(?:19|20)\d\d))?{_CLOCK}?",
    re.IGNORECASE,
)
_NUMERIC = re.compile(
    r"(?:(?P<y1>(?:19|20)\d\d)-(?P<m1>\d{2})-(?P<d1>\d{2})"
    rf"|(?P<d2>\d{{1,2}})[-/](?P<m2>\d{{1,2}})[-/](?P<y2>(?:19|20)\d\d|\d\d(?!\d))){_CLOCK}?",
    re.IGNORECASE,
)
_TIME_ALONE = re.compile(
    r"(?:om\s+)?(?P<hour>[01]?\d|2[0-3])[.:](?P<minute>[0-5]\d)\s*(?:uur|u\b\.?)(?!\s*[:–—-])"
    r"|(?:om\s+)?(?P<hour2>[01]?\d|2[0-3])[:u](?P<minute2>[0-5]\d)(?=$)",
    re.IGNORECASE,
)
_WEEKDAY = re.compile(rf"(?P<weekday>{_any(WEEKDAYS_NL)}){_CLOCK}", re.IGNORECASE)


def match_time(text: str, as_of: datetime) -> Published | None:
    """The time at the start of `text`, absolute against the aware `as_of`, or None.

    `Published.raw` is the matched text; a date that does not exist is no match.
    """
    for pattern, read in _READERS:
        if found := pattern.match(text):
            try:
                if time := read(found, as_of):
                    return time
            except (ValueError, OverflowError):  # 31 februari, 9999 jaar geleden
                return None
    return None


def match_line(text: str, as_of: datetime) -> Published | None:
    """The time that a whole line gives, with what sites write around it, or None.

    `Gepubliceerd op 22 november 2026 13:05 • Leestijd 2 minuten` is the time of that moment.
    """
    if len(text) > _LONGEST_LINE:
        return None
    found = _AROUND.fullmatch(text)
    time = match_time(found["time"], as_of) if found else None
    if not found or not time or time.raw != found["time"]:
        return None
    return replace(time, raw=text)


_LONGEST_LINE = 120
_AROUND = re.compile(
    r"[(\[]?(?:(?:gepubliceerd|geplaatst|verschenen|laatst (?:bijgewerkt|gewijzigd)|bijgewerkt"
    r"|aangepast|update|nieuwsbericht|nieuws)(?: op)?\s*[:|•·-]?\s+)?(?P<time>.*?)[)\]]?"
    r"(?:\s*[•|·,-]\s*(?:leestijd|leesduur|aangepast|bijgewerkt|laatst|gewijzigd"
    r"|\d+ (?:reacties?|min))\b.*)?",
    re.IGNORECASE,
)


def _ago(found: re.Match[str], as_of: datetime) -> Published | None:
    word = found["count"].lower()
    count = _COUNTS.get(word) or int(word)
    form = found["unit"].lower()
    unit = _UNITS[_UNIT_FORMS[form]]
    if not found["ago"] and not form.endswith("."):
        return None
    ago = f"{counted(count, unit.english)} ago"
    if unit.precision is Precision.DAY:  # by the calendar
        return _published(found, ago, as_of - unit.delta * count, unit.precision)
    at = as_of.astimezone(UTC) - unit.delta * count
    return _published(found, ago, at.astimezone(as_of.tzinfo), unit.precision)


def _fraction_ago(found: re.Match[str], as_of: datetime) -> Published:
    english, delta = _FRACTIONS[" ".join(found["fraction"].lower().split())]
    at = (as_of.astimezone(UTC) - delta).astimezone(as_of.tzinfo)
    return _published(found, english, at, Precision.MINUTE)


def _just_now(found: re.Match[str], as_of: datetime) -> Published:
    return _published(found, _NOW[found[0].lower()], as_of, Precision.MINUTE)


def _day(found: re.Match[str], as_of: datetime) -> Published:
    english, days = _DAYS[found["day"].lower()]
    return _on_day(found, as_of - relativedelta(days=days), english)


def _weekday(found: re.Match[str], as_of: datetime) -> Published:
    number = _WEEKDAY_FORMS[found["weekday"].lower()]
    back = (as_of.weekday() - number) % 7
    return _on_day(found, as_of - relativedelta(days=back), WEEKDAYS_EN[number])


def _date(found: re.Match[str], as_of: datetime) -> Published:
    month = _MONTH_FORMS[found["month"].lower()]
    year = int(found["year"] or as_of.year)
    day = as_of.replace(year=year, month=month, day=int(found["dom"]))
    if not found["year"] and day.date() > as_of.date():
        year -= 1
        day = day.replace(year=year)
    english = f"{day.day} {MONTHS_EN[month - 1]}"
    if found["year"]:
        english += f" {year}"
    if found["weekday"]:
        number = _WEEKDAY_FORMS[found["weekday"].lower()]
        english = f"{WEEKDAYS_EN[number]} {english}"
    return _on_day(found, day, english)


def _numeric(found: re.Match[str], as_of: datetime) -> Published:
    year, month, day = (int(found[f"{part}1"] or found[f"{part}2"]) for part in "ymd")
    year += 2000 if year < 100 else 0  # noqa: PLR2004 - two digits
    at = as_of.replace(year=year, month=month, day=day)
    return _on_day(found, at, f"{day} {MONTHS_EN[month - 1]} {year}")


def _time_alone(found: re.Match[str], as_of: datetime) -> Published:
    """A time of the day of `as_of`, or of the day before where it would be later."""
    hour, minute = (int(found[name] or found[f"{name}2"]) for name in ("hour", "minute"))
    at = as_of.replace(hour=hour, minute=minute, second=0, microsecond=0, fold=0)
    if at > as_of:
        at -= relativedelta(days=1)
    return _published(found, f"{at:%H:%M}", at, Precision.MINUTE)


def _on_day(found: re.Match[str], day: datetime, english: str) -> Published:
    if found["hour"]:
        at = day.replace(
            hour=int(found["hour"]), minute=int(found["minute"]), second=0, microsecond=0, fold=0
        )
        return _published(found, f"{english} at {at:%H:%M}", at, Precision.MINUTE)
    at = day.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    return _published(found, english, at, Precision.DAY)


def _published(found: re.Match[str], english: str, at: datetime, precision: Precision) -> Published:
    return Published(raw=found[0], english=english, at=at, precision=precision)


_READERS = (
    (_FRACTION_AGO, _fraction_ago),
    (_NUMERIC, _numeric),
    (_AGO, _ago),
    (_JUST_NOW, _just_now),
    (_DAY, _day),
    (_DATE, _date),
    (_WEEKDAY, _weekday),
    (_TIME_ALONE, _time_alone),
)
