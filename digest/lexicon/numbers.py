"""Numbers in Dutch and in English, as values that can be compared.

A number has several readings: `1.500` is 1500 in Dutch and 1.5 in English, `14.30` a time or
14.3, `2,5 miljoen` 2.5 (million) or 2500000. Two numbers agree when they share a reading.
Dutch writes a decimal comma and a thousands point, English the reverse (ISO 80000-1 allows
both marks; the usage is that of the Dutch Language Union).
"""

import re
from dataclasses import dataclass
from enum import Enum
from itertools import product

from digest.calendar import MONTHS_EN, MONTHS_NL

Reading = float | tuple[str, int]
"""A value, or a kind of value (`clock`) and minutes since midnight."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number in a text: how it is written and where, what it may mean, whether in digits."""

    text: str
    start: int
    readings: frozenset[Reading]
    in_digits: bool


class Language(Enum):
    """In which language a number is written: its thousands and its decimal mark."""

    DUTCH = (".", ",")
    ENGLISH = (",", ".")


_ONES_NL = (
    "nul een twee drie vier vijf zes zeven acht negen tien elf twaalf dertien veertien vijftien "
    "zestien zeventien achttien negentien"
).split()
_TENS_NL = "twintig dertig veertig vijftig zestig zeventig tachtig negentig".split()
_ONES_EN = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
).split()
_TENS_EN = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_ORDINALS_NL = (
    "nulde eerste tweede derde vierde vijfde zesde zevende achtste negende tiende elfde twaalfde "
    "dertiende veertiende vijftiende zestiende zeventiende achttiende negentiende twintigste"
).split()
_ORDINALS_EN = (
    "zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth "
    "thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
).split()


def _words_nl() -> dict[str, float]:
    words = {word: float(value) for value, word in enumerate(_ONES_NL)} | {
        "één": 1.0,
        "anderhalf": 1.5,
        "anderhalve": 1.5,
        "half": 0.5,
        "halve": 0.5,
        "helft": 0.5,
        "kwart": 0.25,
        "dozijn": 12.0,
        "honderd": 100.0,
        "duizend": 1000.0,
        "beide": 2.0,
        "dubbel": 2.0,
        "dubbele": 2.0,
    }
    for (tens, ten), (ones, one) in product(enumerate(_TENS_NL, 2), enumerate(_ONES_NL[:10])):
        joint = "ën" if one.endswith("e") else "en"
        words[f"{one}{joint}{ten}" if ones else ten] = float(tens * 10 + ones)
    for value, word in enumerate(_ONES_NL[2:], 2):
        words[f"{word}honderd"] = value * 100.0
        words[f"{word}duizend"] = value * 1000.0
    return words | {word: float(value) for value, word in enumerate(_ORDINALS_NL)}


def _words_en() -> dict[str, float]:
    words = {word: float(value) for value, word in enumerate(_ONES_EN)} | {
        "a": 1.0,
        "an": 1.0,
        "half": 0.5,
        "quarter": 0.25,
        "once": 1.0,
        "twice": 2.0,
        "both": 2.0,
        "double": 2.0,
        "dozen": 12.0,
        "hundred": 100.0,
        "thousand": 1000.0,
        "noon": 12.0,
        "midnight": 0.0,
    }
    for (tens, ten), (ones, one) in product(enumerate(_TENS_EN, 2), enumerate(_ONES_EN[:10])):
        words[f"{ten}-{one}" if ones else ten] = float(tens * 10 + ones)
    return words | {word: float(value) for value, word in enumerate(_ORDINALS_EN)}


_WORDS = {
    Language.DUTCH: _words_nl() | {month: float(n) for n, month in enumerate(MONTHS_NL, 1)},
    Language.ENGLISH: _words_en()
    | {month.lower(): float(n) for n, month in enumerate(MONTHS_EN, 1)},
}
_SCALES = {
    "honderd": 1e2,
    "hundred": 1e2,
    "duizend": 1e3,
    "thousand": 1e3,
    "miljoen": 1e6,
    "million": 1e6,
    "mln": 1e6,
    "miljard": 1e9,
    "billion": 1e9,
    "mld": 1e9,
    "bn": 1e9,
    "m": 1e6,
    "biljoen": 1e12,
    "trillion": 1e12,
}
_TOKEN = re.compile(
    r"(?<![^\W\d_])(?P<digits>\d+(?:[.,:]\d+)*)(?:s\b)?(?:\s*(?P<half>[ap])\.?m\b\.?)?"
    r"|(?P<word>[^\W\d_]+(?:-[^\W\d_]+)*)",
    re.IGNORECASE,
)
_SCALE = re.compile(r"[\s-]*(" + "|".join(_SCALES) + r")\b", re.IGNORECASE)
_CLOCK = re.compile(r"([01]?\d|2[0-4])[.:]([0-5]\d)")
_HOURS = 12
_HOUR_NAMES = frozenset(map(str, range(25)))


def find_numbers(text: str, language: Language) -> tuple[Number, ...]:
    """All numbers of a text, in digits or in words, in reading order."""
    numbers = []
    for found in _TOKEN.finditer(text):
        if digits := found["digits"]:
            readings = _digit_readings(digits, language, half=(found["half"] or "").lower())
        else:
            value = _word_value(found["word"].lower(), language)
            if value is None:
                continue
            readings = {value}
        if scale := _SCALE.match(text, found.end()):
            factor = _SCALES[scale[1].lower()]
            readings |= {
                round(reading * factor, 3) for reading in readings if isinstance(reading, float)
            }
        numbers.append(
            Number(
                text=found[0],
                start=found.start(),
                readings=frozenset(readings),
                in_digits=bool(found["digits"]),
            )
        )
    return tuple(numbers)


def _word_value(word: str, language: Language) -> float | None:
    """The value of a number word, also at the head of a compound: `dertienjarige`, `two-thirds`."""
    words = _WORDS[language]
    if word in words:
        return words[word]
    if "-" in word:
        parts = word.split("-")
        heads = ("-".join(parts[:size]) for size in range(min(len(parts) - 1, _MOST_PARTS), 0, -1))
        return next((words[head] for head in heads if head in words), None)
    tail = next((tail for tail in _TAILS if word.endswith(tail)), None)
    return words.get(word.removesuffix(tail)) if tail else None


_MOST_PARTS = 4
_TAILS = ("jarige", "jarigen", "jarig", "tal", "maal", "voudig", "voudige")


def _digit_readings(digits: str, language: Language, *, half: str) -> set[Reading]:
    readings: set[Reading] = set()
    thousands, decimal = map(re.escape, language.value)
    whole = rf"\d{{1,3}}(?:{thousands}\d{{3}})+|\d+"
    if re.fullmatch(rf"(?:{whole})(?:{decimal}\d+)?", digits):
        thousands, decimal = language.value
        readings.add(float(digits.replace(thousands, "").replace(decimal, ".")))
    if clock := _CLOCK.fullmatch(digits):
        readings |= _clock_readings(int(clock[1]), int(clock[2]), half)
    elif half:
        readings |= _clock_readings(int(digits), 0, half) if digits in _HOUR_NAMES else set()
    if re.fullmatch(r"\d+\.\d{1,2}", digits):  # figure 1.1, also in Dutch
        readings.add(float(digits))
    if re.fullmatch(r"19\d\d", digits):  # de jaren 90
        readings.add(float(digits[2:]))
    if not readings:
        # 1.2.3, 12.34.56: a code rather than a number; it agrees with itself only.
        readings.add((digits, 0))
    return readings


def _clock_readings(hour: int, minute: int, half: str) -> set[Reading]:
    """A time of day; a full hour is also its number, on the clock of 12 and of 24 hours."""
    if half == "p" and hour < _HOURS:
        hour += _HOURS
    if half == "a" and hour == _HOURS:
        hour = 0
    full = {float(hour)} if not minute else set()
    return {("clock", hour * 60 + minute), *full}
