"""Which items are wanted: by words in either language, and by age."""

from dataclasses import replace
from datetime import timedelta

import pytest

from digest.choosing import Choice, read_age, read_pattern, unwanted
from digest.errors import UsageError
from digest.identity import identity
from digest.sources.wire import parse_wire
from tests.conftest import AS_OF

TEXT = (
    "Brug in Utrecht dicht\n"
    "DEN HAAG (ANP) - De Tweede\u00a0Kamer debatteert. Een reünie in het café.\n"
    "2 uur geleden\n"
)
(ITEM,) = parse_wire(TEXT, source="a.txt", as_of=AS_OF).items


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("brug", True), ("BRUG", True), ("bru", False), ("tweede kamer", True),
        ("reu\u0308nie", True),
        ("den haag", True), ("café", True), ("/caf.$/", False), (r"/tweede\s+kamer\b/", True),
        ("/^brug/", True), ("/kamer debatteert/", True), ("C++", False), ("ANP", False),
    ],
)  # fmt: skip
def test_words_stand_as_they_are_and_expressions_between_slashes(text: str, found: bool) -> None:
    assert Choice(match=(read_pattern(text),)).takes(ITEM, AS_OF) is found
    assert Choice(exclude=(read_pattern(text),)).takes(ITEM, AS_OF) is not found


def test_one_match_is_enough_and_one_exclusion_too_much() -> None:
    brug, trein = read_pattern("brug"), read_pattern("trein")
    assert Choice(match=(trein, brug)).takes(ITEM, AS_OF)
    assert not Choice(match=(brug,), exclude=(trein, brug)).takes(ITEM, AS_OF)


@pytest.mark.parametrize("text", ["", "  ", "/", "//", "/a", "/(/", "/a{99999999999}/"])
def test_what_cannot_be_looked_for_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        read_pattern(text)


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("90m", timedelta(minutes=90)),
        ("24h", timedelta(days=1)),
        ("3 D", timedelta(days=3)),
        ("2w", timedelta(weeks=2)),
    ],
)
def test_ages(text: str, age: timedelta) -> None:
    assert read_age(text) == age


@pytest.mark.parametrize("text", ["", "24", "h", "0h", "-1h", "1y", "1.5h"])
def test_what_is_no_age_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="24h"):
        read_age(text)


@pytest.mark.parametrize(
    ("time", "hours", "wanted"),
    [
        ("2 uur geleden", 3, True), ("2 uur geleden", 2, True),  # about two hours
        ("5 uur geleden", 2, False), ("gisteren", 24, True),  # all of yesterday counts
        ("21 november 2026 14.00 uur", 24, False), ("20 november 2026", 24, False), ("", 1, True),
    ],
)  # fmt: skip
def test_only_what_is_surely_older_is_left_out(time: str, hours: int, wanted: bool) -> None:
    document = parse_wire(f"Kop\nTekst van het bericht.\n{time}\n", source="a", as_of=AS_OF)
    (item,) = document.items
    assert Choice(max_age=timedelta(hours=hours)).takes(item, AS_OF) is wanted


def test_an_item_of_two_sources_is_wanted_if_one_of_them_gives_it() -> None:
    document = parse_wire(TEXT, source="a.txt", as_of=AS_OF)
    here, there = replace(document, place="/a"), replace(document, place="/b")
    nothing = {"/a": Choice(match=(read_pattern("trein"),))}
    assert unwanted([here], [], nothing, AS_OF) == {identity(ITEM)}
    assert unwanted([here, there], [], nothing, AS_OF) == set()
    assert unwanted([here, there], list(nothing.values()), {}, AS_OF) == {identity(ITEM)}
