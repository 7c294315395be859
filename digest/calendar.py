"""Days and times in words, in both languages.

Dutch writes the time with a full stop and `uur` (advice of the Dutch Language Union),
English here with a colon, both with 24 hours.
"""

from datetime import date, datetime

WEEKDAYS_NL = ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag")
WEEKDAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS_NL = (
    "januari",
    "februari",
    "maart",
    "april",
    "mei",
    "juni",
    "juli",
    "augustus",
    "september",
    "oktober",
    "november",
    "december",
)
MONTHS_EN = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def long_date_en(day: date) -> str:
    """`Sunday 22 November 2026`."""
    return f"{WEEKDAYS_EN[day.weekday()]} {day.day} {MONTHS_EN[day.month - 1]} {day.year}"


def long_date_nl(day: date) -> str:
    """`zondag 22 november 2026`."""
    return f"{WEEKDAYS_NL[day.weekday()]} {day.day} {MONTHS_NL[day.month - 1]} {day.year}"


def clock_en(at: datetime) -> str:
    """`14:40`."""
    return f"{at:%H:%M}"


def clock_nl(at: datetime) -> str:
    """`14.40 uur`."""
    return f"{at:%H.%M} uur"
