"""What an item is known by: the rules of `digest.identity`, day after day."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from digest.archive.values import Alias
from digest.article import Article, Document
from digest.identity import identify, identity
from digest.sources.feed import parse_feed
from digest.sources.wire import parse_wire
from tests.conftest import AS_OF, ZONE

pytestmark = pytest.mark.usefixtures("lengths")

BODY = "De brug over de rivier gaat maandag dicht voor groot onderhoud, zegt de gemeente Goes."


def feed(*items: str, source: str = "feed") -> Document:
    """A feed of items, each `title|guid|day|body` or the beginning of that."""
    entries = []
    for item in items:
        title, guid, day, body = [*item.split("|"), "", "", "", ""][:4]
        entries.append(
            f"<item><title>{title}</title><description>{body}</description>"
            + (f"<guid isPermaLink='false'>{guid}</guid>" if guid else "")
            + (f"<pubDate>{day} Nov 2026 20:00 +0100</pubDate>" if day else "")
            + "</item>"
        )
    text = f"<rss version='2.0'><channel><title>{source}</title>{''.join(entries)}</channel></rss>"
    return parse_feed(text.encode(), source=source, as_of=AS_OF, zone=ZONE, problems=[])


@dataclass
class Memory:
    """What an archive learns of the items that it was given, and which of them were new."""

    aliases: dict[str, Alias] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)

    def known(self, names: Iterable[str]) -> Mapping[str, Alias]:
        items = {name: Alias(identity=name) for name in self.seen}
        return {name: alias for name in names if (alias := (items | self.aliases).get(name))}

    def read(self, *documents: Document, updates: bool = False) -> list[str]:
        """The headlines of what is new, with a mark where it is an update."""
        found = identify(documents, self.known, updates=updates)
        new = []
        for item in (item for document in found.documents for item in document.items):
            if identity(item) not in self.seen:
                assert isinstance(item, Article)
                mark = "updated: " if item.updated else ""
                new.append(f"{mark}{item.headline.text}")
                self.seen.add(identity(item))
        self.aliases |= dict(found.aliases)
        return new


@pytest.fixture
def memory() -> Memory:
    return Memory()


@pytest.mark.parametrize("key", ["id-12345678", "1", ""])
def test_a_counter_of_comments_makes_no_other_item(memory: Memory, key: str) -> None:
    assert memory.read(feed(f"Brug dicht (2)|{key}|21|{BODY}")) == ["Brug dicht (2)"]
    for headline in ("Brug dicht (13)", "Brug dicht - 1.204 reacties", "Brug dicht"):
        assert memory.read(feed(f"{headline}|{key}|21|{BODY}")) == []


def test_another_guid_with_the_same_words_is_the_same(memory: Memory) -> None:
    assert memory.read(feed(f"Brug dicht|a|21|{BODY}")) == ["Brug dicht"]
    assert memory.read(feed(f"Brug dicht|b|22|{BODY}")) == []


def test_headlines_that_recur_on_another_date_are_new(memory: Memory) -> None:
    assert memory.read(feed("Het journaal van acht uur|p1|21")) == ["Het journaal van acht uur"]
    second = feed("Het journaal van acht uur|p2|22", "Het journaal van acht uur|p1|21")
    assert memory.read(second) == ["Het journaal van acht uur"]
    assert memory.read(second) == []
    assert memory.read(feed("Het journaal van acht uur|p3|22")) == []


def test_two_in_one_feed_are_two(memory: Memory) -> None:
    both = feed("Het journaal|p2|22", "Het journaal|p1|21")
    assert memory.read(both) == ["Het journaal", "Het journaal"]


def test_equal_letters_are_copies_across_sources(memory: Memory) -> None:
    other = feed(f"Brug dicht|9|22|{BODY}", "Alleen een kop|8|22", source="other")
    assert memory.read(feed(f"Brug dicht|1|21|{BODY}", "Alleen een kop|2|21")) != []
    assert memory.read(other, parse_wire(f"Brug dicht\n{BODY}", source="x", as_of=AS_OF)) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("PSV wint", "Ajax wint"),
        ("EU: nee", "VS: ja"),
        ("Kabinet valt over asielwet", "Formatie van nieuw kabinet begint"),
        ("Brand in Goes", "Brand in Breda"),
        (f"Storm raast over land||21|{BODY}", "Minister stapt op||22|Dat zegt de premier vandaag."),
    ],
)
def test_positions_in_a_feed_are_no_keys(memory: Memory, before: str, after: str) -> None:
    first, second = (f"{each.replace('||', '|0|')}" if "||" in each else f"{each}|0" for each in
                     (before, after))  # fmt: skip
    assert memory.read(feed(first)) != []
    assert memory.read(feed(second)) != []


def test_one_guid_for_all_says_nothing(memory: Memory) -> None:
    items = ("Brug dicht|x|21", "Trein stil|x|21", "Weg open|x|21")
    assert len(memory.read(feed(*items))) == 3
    assert memory.read(feed(*items)) == []


class TestUpdates:
    CHANGED = f"Brug dicht|id-12345678|21|{BODY} Ook de veerboot vaart niet."

    def test_are_shown_again_where_they_are_wanted(self, memory: Memory) -> None:
        first = feed(f"Brug dicht|id-12345678|21|{BODY}")
        assert memory.read(first, updates=True) == ["Brug dicht"]
        assert memory.read(feed(self.CHANGED), updates=True) == ["updated: Brug dicht"]
        assert memory.read(feed(self.CHANGED), updates=True) == []
        assert memory.read(first, updates=True) == []

    def test_are_else_the_same_item_and_no_news_later(self, memory: Memory) -> None:
        memory.read(feed(f"Brug dicht|id-12345678|21|{BODY}"))
        assert memory.read(feed(self.CHANGED)) == []
        assert memory.read(feed(self.CHANGED), updates=True) == []

    def test_are_not_counters_but_numbers_are(self, memory: Memory) -> None:
        memory.read(feed(f"Zeker 120 doden (3)|id-12345678|21|{BODY}"), updates=True)
        counted = feed(f"Zeker 120 doden (4)|id-12345678|21|{BODY}")
        assert memory.read(counted, updates=True) == []
        more = feed(f"Zeker 340 doden (4)|id-12345678|21|{BODY}")
        assert memory.read(more, updates=True) == ["updated: Zeker 340 doden (4)"]


def test_an_hourly_item_is_new_every_hour(memory: Memory) -> None:
    def at(moment: datetime) -> Document:
        stamp = moment.strftime("%d Nov 2026 %H:%M +0100")
        item = (
            f"<item><title>Nieuws</title><guid>g{moment:%H}</guid><pubDate>{stamp}</pubDate></item>"
        )
        data = f"<rss version='2.0'><channel>{item}</channel></rss>".encode()
        return parse_feed(data, source="f", as_of=AS_OF, zone=ZONE, problems=[])

    moments = [AS_OF - timedelta(hours=hours) for hours in (3, 2, 1)]
    assert [memory.read(at(moment)) for moment in moments] == [["Nieuws"]] * 3
