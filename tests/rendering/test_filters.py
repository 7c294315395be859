from datetime import datetime

from digest.article import Precision, Published
from digest.rendering.filters import markdown, shorten, side_by_side, time_en, time_nl, wrap
from tests.conftest import ZONE


def published(raw: str, english: str, precision: Precision) -> Published:
    at = datetime(2026, 11, 22, 14, 40, tzinfo=ZONE)
    return Published(raw=raw, english=english, at=at, precision=precision)


def test_relative_times_carry_the_clock_in_both_languages() -> None:
    time = published("20 minuten geleden", "20 minutes ago", Precision.MINUTE)
    assert time_en(time) == "20 minutes ago (14:40)"
    assert time_nl(time) == "20 minuten geleden (14.40 uur)"


def test_a_time_known_to_the_hour_says_so() -> None:
    time = published("2 uur geleden", "2 hours ago", Precision.HOUR)
    assert time_en(time) == "2 hours ago (about 14:40)"


def test_a_day_or_a_stated_clock_carries_none() -> None:
    assert time_en(published("gisteren", "yesterday", Precision.DAY)) == "yesterday"
    clock = published("gisteren om 22.15 uur", "yesterday at 22:15", Precision.MINUTE)
    assert time_en(clock) == "yesterday at 22:15"


def test_wrapping_counts_terminal_cells_and_breaks_no_word() -> None:
    assert wrap("日本 日本 日本", 6).splitlines() == ["日本", "日本", "日本"]
    assert wrap("een zeer-lang-woord-dat-niet-past", 10, "| ").splitlines() == [
        "| een",
        "| zeer-lang-woord-dat-niet-past",
    ]


def test_a_width_of_zero_leaves_one_line() -> None:
    assert wrap("a  b\nc", 0, "> ") == "> a b c"


def test_shortening_keeps_whole_words() -> None:
    assert shorten("een twee, drie", 2) == "een twee…"
    assert shorten("een twee", 2) == "een twee"


def test_columns_stand_side_by_side_in_equal_width() -> None:
    assert side_by_side("een twee drie", "one two", 19).splitlines() == [
        "een twee | one two",
        "drie     |",
    ]


def test_markdown_has_no_meaning() -> None:
    assert markdown("1. *a* _b_") == r"1\. \*a\* \_b\_"
    assert markdown("- [x](y)") == r"\- \[x\](y)"
    assert markdown("14.30 uur") == r"14.30 uur"
