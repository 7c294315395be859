from datetime import datetime

import pytest

from digest.article import Precision
from digest.sources.feed_dates import read_date
from tests.conftest import AS_OF, ZONE


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("Sun, 22 Nov 2026 13:05:00 +0100", "2026-11-22T13:05"),
        ("Sun, 22 Nov 26 12:05 GMT", "2026-11-22T13:05"),
        ("zo, 22 nov 2026 13:05:00 +0100", "2026-11-22T13:05"),
        ("zondag 22 november 2026 om 13.05 uur", "2026-11-22T13:05"),
        ("22 mrt. 2026, 13:05", "2026-03-22T13:05"),
        ("22/11/2026 13:05", "2026-11-22T13:05"),
        ("22-11-2026 13:05:59", "2026-11-22T13:05"),
        ("22.11.2026 13.05", "2026-11-22T13:05"),
        ("11/22/2026 1:05 PM", "2026-11-22T13:05"),
        ("Nov 22, 2026 13:05", "2026-11-22T13:05"),
        ("Sun Nov 22 12:05:00 UTC 2026", "2026-11-22T13:05"),
        ("2026-11-22T13:05:00", "2026-11-22T13:05"),
        ("2026-11-22 13:05:00.123456", "2026-11-22T13:05"),
        ("2026-11-22T12:05:00Z", "2026-11-22T13:05"),
        ("20261122T130500+0100", "2026-11-22T13:05"),
        ("2026/11/22 13:05", "2026-11-22T13:05"),
        ("Sun, 21 Jun 2026 13:05:00 CEST", "2026-06-21T13:05"),
        ("Sun, 21 Jun 2026 13:05:00 CET", "2026-06-21T14:05"),
        ("Sun, 21 Jun 2026 13:05:00", "2026-06-21T13:05"),
        ("Sun, 22 Nov 2026 07:05:00 EST", "2026-11-22T13:05"),
        ("Sun, 22 Nov 2026 13:05:00 Europe/Amsterdam", "2026-11-22T13:05"),
        ("Sun, 22 Nov 2026 13:05:00 GMT+1", "2026-11-22T13:05"),
        ("22 Nov 2026 24:00 +0100", "2026-11-23T00:00"),
        ("1795349100", "2026-11-22T13:05"),
        ("1795349100000", "2026-11-22T13:05"),
    ],
)
def test_moments_are_read_in_all_that_feeds_write(text: str, at: str) -> None:
    found = read_date(text, as_of=AS_OF, zone=ZONE)
    assert found
    assert found.at.replace(second=0, microsecond=0) == datetime.fromisoformat(at).replace(
        tzinfo=ZONE
    )
    assert found.precision is Precision.MINUTE


@pytest.mark.parametrize("text", ["2026-11-22", "22 november 2026", "22-11-2026", "zo 22 nov 2026"])
def test_a_date_alone_has_no_time(text: str) -> None:
    found = read_date(text, as_of=AS_OF, zone=ZONE)
    assert found
    assert (found.raw, found.english) == ("22 november 2026", "22 November 2026")
    assert found.precision is Precision.DAY


@pytest.mark.parametrize(
    "text",
    [
        "",
        "gisteren",
        "Sun, 29 Feb 2026 10:00:00 +0100",
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "-0001-11-30T00:00:00+00:00",
        "0001-01-01T00:00:00Z",
        "1795-06-01",
        "2126-11-22",
        "22/22/2026",
        "9999-12-31T23:59:59-1200",
        "12",
        "2026-11-22T13:05:00+99:99",
    ],
)
def test_nonsense_is_none(text: str) -> None:
    assert read_date(text, as_of=AS_OF, zone=ZONE) is None
