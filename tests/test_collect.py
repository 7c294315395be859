"""Collecting between two runs, and the editions that are made of what was collected."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest

from digest.archive.store import Archive
from digest.archive.values import Collection
from digest.article import Article, Document, Headline, Paragraph
from digest.choosing import Choice, read_pattern
from digest.collect import CollectDesk, CollectOrder, collect
from digest.edition import Edition
from digest.errors import MissingInput
from digest.publish import Desk, Report
from digest.rendering.message import Envelope
from digest.sources.files import Readings
from digest.sources.spec import SourceSpec
from digest.sources.wire import parse_wire
from tests.conftest import AS_OF
from tests.test_outbox import NEVER
from tests.test_publish import A, B, Morning

pytestmark = pytest.mark.usefixtures("lengths")

FEED = SourceSpec(location="https://krant.example/rss")


@dataclass
class Week(Morning):
    """A feed whose items come and go, collected between the mornings."""

    specs: tuple[SourceSpec, ...] = (FEED,)
    hours: int = 0
    translated: list[Sequence[Document]] = field(default_factory=list)
    place: str = FEED.place
    given: tuple[Document, ...] = ()

    def readings(self) -> Readings:
        documents = tuple(
            replace(
                parse_wire(f"Kop {name}\nHet nieuws over {name}.", source=name, as_of=AS_OF),
                place=self.place,
            )
            for name in self.news
        )
        return Readings(documents=documents + self.given, failures=self.failures, specs=self.specs)

    def desk(self) -> Desk:
        return replace(super().desk(), read=self.readings)

    def translate(self, documents: Sequence[Document]) -> bool:
        self.translated.append(documents)
        return True

    def mail(self, edition: Edition, envelopes: Sequence[Envelope]) -> list[bytes]:
        """The names in the headlines: what was collected of a source is one document."""
        heads = [entry.headline.dutch for entry in edition.entries if entry.headline]
        return [" ".join(head.removeprefix("Kop ") for head in heads).encode() for _ in envelopes]

    def collect(self, *news: str, keep_days: int = 90) -> int:
        self.news = list(news)
        self.hours += 1

        @contextmanager
        def archive() -> Iterator[Archive]:
            with closing(self.archived()) as opened:
                yield opened

        return collect(
            CollectOrder(now=AS_OF + timedelta(hours=self.hours), keep_days=keep_days),
            CollectDesk(
                archive=archive,
                read=self.readings,
                complete=lambda _articles: {},
                translate=self.translate,
                warn=self.told.append,
                say=self.told.append,
            ),
        )

    @property
    def collection(self) -> Collection:
        with closing(self.archived()) as archive:
            return archive.collection()


@pytest.fixture
def week(tmp_path: Path) -> Week:
    return Week(tmp_path)


def only(week: Week, *, news: tuple[str, ...], day: int, **more: object) -> Report:
    week.news = list(news)
    return week.order(A, day=day, **more)  # type: ignore[arg-type]


def test_what_came_and_went_is_in_the_next_edition_once(week: Week) -> None:
    for news in (("a", "b"), ("b", "c"), ("d",)):
        assert week.collect(*news) == 0
    assert week.collection.waiting == 4
    only(week, news=("d", "e"), day=0)
    only(week, news=("e",), day=1)
    (recipient, items), *rest = week.carried
    assert (recipient, sorted(items)) == (A, ["a", "b", "c", "d", "e"])
    assert not rest
    assert week.collection.waiting == 0


def test_an_edition_is_made_even_where_no_source_can_be_read(week: Week) -> None:
    week.collect("a")
    week.failures = (MissingInput("x", "does not exist"),)
    report = only(week, news=(), day=0)
    assert week.carried == [(A, ("a",))]
    assert report.exit_code() == 3


def test_what_is_kept_is_of_the_sources_that_are_asked_for(week: Week) -> None:
    week.collect("a")
    week.specs = (SourceSpec(location="https://andere.example/rss"),)
    only(week, news=(), day=0)
    assert week.carried == []


def test_a_second_run_of_a_day_keeps_what_came_since_and_says_so(week: Week) -> None:
    only(week, news=("a",), day=0)
    only(week, news=("b", "c"), day=0)
    assert "2 new items wait for the next one" in " ".join(week.told)
    only(week, news=("d",), day=1)
    assert [(who, sorted(items)) for who, items in week.carried] == [
        (A, ["a"]),
        (A, ["b", "c", "d"]),
    ]


def test_names_tell_editions_of_a_day_apart(week: Week) -> None:
    only(week, news=("a",), day=0, name="morning")
    only(week, news=("a", "b"), day=0, name="evening")
    only(week, news=("a", "b", "c"), day=0, name="evening")
    assert week.carried == [(A, ("a",)), (A, ("b",))]


def test_what_a_limit_left_out_is_not_lost(week: Week) -> None:
    only(week, news=("a", "b", "c"), day=0, limit=1)
    only(week, news=("d",), day=1)
    assert sorted(name for _, items in week.carried for name in items) == ["a", "b", "c", "d"]


def test_everybody_gets_it_and_what_was_refused_comes_again(week: Week) -> None:
    week.collect("a")
    week.receipts[B] = [NEVER]
    week.news = []
    week.order(A, B)
    week.collect("b")
    week.news = []
    week.order(A, B, day=1)
    carried = sorted((who, sorted(items)) for who, items in week.carried)
    assert carried == [(A, ["a"]), (A, ["b"]), (B, ["a", "b"])]


def test_what_is_left_out_counts_as_seen(week: Week) -> None:
    week.collect("brug", "trein")
    choice = Choice(exclude=(read_pattern("trein"),))
    only(week, news=(), day=0, choice=choice)
    only(week, news=("trein",), day=1)
    assert week.carried == [(A, ("brug",))]
    assert week.collection.waiting == 0


def test_what_is_left_out_for_its_english_counts_as_seen(week: Week) -> None:
    week.engine.answers = {"Het nieuws over trein.": "The news about a train."}
    choice = Choice(exclude_en=(read_pattern("train"),))
    only(week, news=("brug", "trein"), day=0, choice=choice)
    only(week, news=("trein",), day=1)
    assert week.carried == [(A, ("brug",))]


def test_catching_up_settles_what_waits(week: Week) -> None:
    week.collect("a")
    only(week, news=("b",), day=0, catch_up=True)
    only(week, news=("c",), day=0)
    assert week.carried == [(A, ("c",))]


def test_what_waits_is_translated_already(week: Week) -> None:
    week.collect("a")
    week.collect("b")
    assert [sum(len(doc.items) for doc in each) for each in week.translated] == [1, 2]


def test_collected_items_are_kept_until_delivered_and_a_while_after(week: Week) -> None:
    week.collect("a")
    only(week, news=(), day=0)
    week.collect("b")
    rows = "SELECT count(*) FROM collected"
    for hours, kept in ((24, 2), (24 * 40, 1)):
        week.hours += hours
        week.collect("b", keep_days=30)
        with closing(sqlite3.connect(week.folder / "archive.sqlite3")) as connection:
            assert connection.execute(rows).fetchone() == (kept,)
    assert week.collection.waiting == 1


def test_a_time_that_counts_back_has_its_date_in_the_next_edition(week: Week) -> None:
    text = "Kop\nHet nieuws van de dag.\n20 minuten geleden\n"
    document = replace(parse_wire(text, source="x", as_of=AS_OF), place=FEED.place)
    week.readings = lambda: Readings(documents=(document,), failures=(), specs=week.specs)  # type: ignore[method-assign]
    week.collect()
    with closing(week.archived()) as archive:
        (name,) = archive.collected([FEED.place])
        kept = json.loads(archive.collected_item(name).document)["article"]["published"]
    assert kept["english"] == "Sunday 22 November 2026 at 14:40"
    assert kept["raw"] == "zondag 22 november 2026 om 14.40 uur"


def test_what_somebody_left_out_is_kept_for_others(week: Week) -> None:
    choice = Choice(exclude=(read_pattern("trein"),))
    only(week, news=("brug", "trein"), day=0, choice=choice)
    week.collect("brug", "trein")
    week.news = []
    week.order(B, day=1)
    assert week.carried == [(A, ("brug",)), (B, ("trein",))]


def test_what_a_run_without_new_showed_is_kept_for_others(week: Week) -> None:
    week.news = []
    week.order(B)
    only(week, news=("a",), day=0, new=False)
    week.collect("a")
    week.news = []
    week.order(B, day=1)
    assert week.carried == [(A, ("a",)), (B, ("a",))]


def test_an_item_of_two_sources_waits_for_both(week: Week) -> None:
    other = SourceSpec(location="https://andere.example/rss")
    week.collect("a")
    week.place, week.specs = other.place, (other,)
    week.collect("a")
    only(week, news=(), day=0)
    assert week.carried == [(A, ("a",))]


def test_nothing_is_forgotten_that_somebody_has_not_got(week: Week) -> None:
    week.news = ["x"]
    week.order(A, B)
    week.collect("a")
    only(week, news=(), day=1)
    week.hours += 24 * 3
    week.collect(keep_days=1)
    week.news = []
    week.order(B, day=1)
    assert week.carried[-1] == (B, ("a",))


def test_a_corrected_text_takes_the_place_of_the_one_that_waits(week: Week) -> None:
    for text in ("De brug is dicht.", "De brug is open."):
        item = Article(
            headline=Headline(text="Kop a"),
            paragraphs=(Paragraph(text=text),),
            key="https://k.nl/a1",
        )
        document = Document(
            source="x", as_of=AS_OF, text="", parts=(item,), feed="f", place=FEED.place
        )
        week.given = (document,)
        week.collect()
    week.given = ()
    only(week, news=(), day=0)
    assert week.engine.calls[-1] == ["Kop a", "De brug is open."]


def test_one_damaged_item_costs_itself_alone(week: Week) -> None:
    week.collect("a", "b")
    with closing(sqlite3.connect(week.folder / "archive.sqlite3")) as connection, connection:
        connection.execute("UPDATE collected SET document = x'00' WHERE item = 1")
    only(week, news=(), day=0)
    assert [len(items) for _, items in week.carried] == [1]
    assert "damaged in the collected item" in " ".join(week.told)


def test_a_source_that_cannot_be_read_costs_the_exit_code(week: Week) -> None:
    week.failures = (MissingInput("x", "does not exist"),)
    assert week.collect("a") == 3
    assert week.collect() == 66
