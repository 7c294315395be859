from datetime import datetime

import pytest

from digest.article import Precision
from digest.sources.dates import match_time
from tests.conftest import AS_OF, ZONE


@pytest.mark.parametrize(
    ("text", "english", "at"),
    [
        ("20 minuten geleden", "20 minutes ago", "2026-11-22T14:40"),
        ("1 minuut geleden", "1 minute ago", "2026-11-22T14:59"),
        ("35 min. geleden", "35 minutes ago", "2026-11-22T14:25"),
        ("35 min.", "35 minutes ago", "2026-11-22T14:25"),
        ("een uur geleden", "1 hour ago", "2026-11-22T14:00"),
        ("3 uur geleden", "3 hours ago", "2026-11-22T12:00"),
        ("een kwartier geleden", "15 minutes ago", "2026-11-22T14:45"),
        ("een half uur geleden", "half an hour ago", "2026-11-22T14:30"),
        ("anderhalf uur geleden", "an hour and a half ago", "2026-11-22T13:30"),
        ("twee dagen geleden", "2 days ago", "2026-11-20T15:00"),
        ("3 maanden geleden", "3 months ago", "2026-08-22T15:00"),
        ("zojuist", "just now", "2026-11-22T15:00"),
        ("vandaag om 10.30 uur", "today at 10:30", "2026-11-22T10:30"),
        ("gisteren om 22.15 uur", "yesterday at 22:15", "2026-11-21T22:15"),
        ("gisteren", "yesterday", "2026-11-21T00:00"),
        ("eergisteren 8:05", "the day before yesterday at 08:05", "2026-11-20T08:05"),
        ("maandag 9.00 uur", "Monday at 09:00", "2026-11-16T09:00"),
        ("12 december 2025", "12 December 2025", "2025-12-12T00:00"),
        ("14 dec.", "14 December", "2025-12-14T00:00"),
        ("ma 16 nov. 10.15", "Monday 16 November at 10:15", "2026-11-16T10:15"),
        ("12-12-2025", "12 December 2025", "2025-12-12T00:00"),
        ("2025-12-12 18:30", "12 December 2025 at 18:30", "2025-12-12T18:30"),
        ("1 jan. 2026, 00.30 uur", "1 January 2026 at 00:30", "2026-01-01T00:30"),
    ],
)
def test_times_become_absolute_and_english(text: str, english: str, at: str) -> None:
    time = match_time(text, AS_OF)
    assert time
    assert (time.raw, time.english) == (text, english)
    assert time.at == datetime.fromisoformat(at).replace(tzinfo=ZONE)


@pytest.mark.parametrize("text", ["", "20 mensen", "31 februari 2025", "35 min", "morgen", "uur"])
def test_what_is_no_time_is_none(text: str) -> None:
    assert match_time(text, AS_OF) is None


def test_hours_stay_hours_across_a_change_of_the_clock() -> None:
    after = datetime(2026, 10, 25, 4, 0, tzinfo=ZONE)  # the clock went back at 3:00
    time = match_time("3 uur geleden", after)
    assert time
    assert (after.timestamp() - time.at.timestamp()) == 3 * 3600
    assert time.precision is Precision.HOUR
