"""What happens every morning: who gets which items, in which edition, and what is said of it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from digest.addresses import parse_address
from digest.archive.store import Archive
from digest.archive.values import State, StoredMessage
from digest.article import Document
from digest.delivery.transport import Outcome, Receipt
from digest.edition import Edition
from digest.editions import Share
from digest.errors import InputError, MissingInput
from digest.outbox import Clock, Fate, Sendings, send_outbox
from digest.pipeline import EditionOptions, make_edition
from digest.publish import Desk, Order, Report, publish
from digest.rendering.message import SUBJECT, Envelope
from digest.sources.files import Readings
from digest.sources.wire import parse_wire
from tests.conftest import AS_OF
from tests.fakes import FakeEngine, translator
from tests.test_outbox import LATER, NEVER, NOBODY_KNOWS, OURS

pytestmark = pytest.mark.usefixtures("lengths")

A, B = "a@example.com", "b@example.com"
DAY = date(2026, 11, 22)


@dataclass
class Morning:
    """A desk with everything on it: what is in the sources, what the mail server says."""

    folder: Path
    news: list[str] = field(default_factory=lambda: ["Brug", "Trein"])
    failures: tuple[InputError, ...] = ()
    receipts: dict[str, list[Receipt]] = field(default_factory=dict)
    carried: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    written: list[tuple[str, ...]] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    engine: FakeEngine = field(default_factory=FakeEngine)
    steps: list[str] = field(default_factory=list)
    write_fails: bool = False
    day: date = DAY
    name: str = ""

    def order(self, *recipients: str, day: int = 0, new: bool = True, **more: bool | int) -> Report:
        envelopes = {
            recipient: Envelope(
                sender=parse_address("n@example.org"),
                recipients=(parse_address(recipient),),
                subject=SUBJECT,
                now=AS_OF,
            )
            for recipient in recipients
        }
        order = Order(
            day=DAY + timedelta(days=day), now=AS_OF, envelopes=envelopes, new=new,
            **more,  # type: ignore[arg-type]
        )  # fmt: skip
        self.day, self.name = order.day, order.name
        return publish(order, self.desk())

    def desk(self) -> Desk:
        @contextmanager
        def archive() -> Iterator[Archive | None]:
            self.steps.append("lock")
            with closing(Archive(self.folder / "archive.sqlite3")) as opened:
                yield opened
            self.steps.append("unlock")

        def read() -> Readings:
            self.steps.append("read")
            documents = tuple(
                parse_wire(f"Kop {name}\nHet nieuws over {name}.", source=name, as_of=AS_OF)
                for name in self.news
            )
            return Readings(documents=documents, failures=self.failures)

        return Desk(
            archive=archive,
            read=read,
            complete=lambda _articles: {},
            make=self.make,
            write=self.write,
            mail=self.mail,
            send=self.send,
            tell=self.tell,
            plan=self.plan,
            warn=self.told.append,
            say=self.told.append,
        )

    def make(self, documents: Sequence[Document], _readings: Readings) -> Edition:
        return make_edition(
            documents,
            options=EditionOptions(title="T", day=self.day, name=self.name),
            translate=translator(self.engine),
            model=None,
        )

    def write(self, edition: Edition) -> None:
        if self.write_fails:
            raise BrokenPipeError
        self.written.append(names(edition))

    def mail(self, edition: Edition, envelopes: Sequence[Envelope]) -> list[bytes]:
        return [" ".join(names(edition)).encode() for _ in envelopes]

    def send(self, archive: Archive) -> Sendings:
        clock = Clock(now=lambda: AS_OF, sleep=lambda _seconds: None)
        return send_outbox(archive, Postman(self), clock=clock, patience=0, tell=self.tell)

    def tell(self, message: StoredMessage, fate: Fate, reason: str) -> bool:
        self.told.append(f"{message.recipient} {fate} {reason}")
        return True

    def plan(self, _documents: Sequence[Document], shares: Sequence[Share]) -> None:
        self.told.append(f"plan {[share.recipients for share in shares]}")

    def archived(self) -> Archive:
        return Archive(self.folder / "archive.sqlite3")


@dataclass
class Postman:
    morning: Morning

    def send(
        self, message: bytes, *, sender: str, recipient: str, committing: Callable[[], None]
    ) -> Receipt:
        del sender
        queue = self.morning.receipts.get(recipient, [])
        receipt = queue.pop(0) if queue else Receipt(outcome=Outcome.SENT)
        if receipt.outcome in {Outcome.SENT, Outcome.UNKNOWN}:
            committing()
            self.morning.carried.append((recipient, tuple(message.decode().split())))
        return receipt

    def finish(self) -> None:
        """Nothing is left open."""

    def takes_utf8(self) -> bool:
        return False


def names(edition: Edition) -> tuple[str, ...]:
    assert [entry.number for entry in edition.entries] == list(range(1, len(edition.entries) + 1))
    return tuple(entry.source for entry in edition.entries)


@pytest.fixture
def morning(tmp_path: Path) -> Morning:
    return Morning(tmp_path)


def test_sources_are_read_while_nothing_is_locked(morning: Morning) -> None:
    morning.order(A)
    assert morning.steps == ["lock", "unlock", "read", "lock", "unlock"]


def test_everybody_gets_what_he_has_not_got(morning: Morning) -> None:
    morning.receipts[A] = [NEVER]
    assert morning.order(A, B).exit_code() == 3
    assert morning.carried == [(B, ("Brug", "Trein"))]
    morning.news = ["Trein", "Schip"]
    morning.engine.calls.clear()
    morning.order(A, B, day=1)
    assert morning.carried[1:] == [(A, ("Brug", "Trein", "Schip")), (B, ("Schip",))]
    # One edition for both, translated at once; what is in no source any more was translated before.
    assert len(morning.engine.calls) == 1
    assert not any("Brug" in segment for segment in morning.engine.calls[0])


def test_what_was_refused_again_is_still_owed(morning: Morning) -> None:
    morning.receipts[A] = [NEVER, NEVER]
    morning.order(A)
    morning.news = ["Schip"]
    morning.order(A, day=1)
    morning.news = ["Fiets"]
    morning.order(A, day=2)
    assert morning.carried == [(A, ("Brug", "Trein", "Schip", "Fiets"))]
    morning.order(A, day=3)
    assert len(morning.carried) == 1


def test_what_may_have_arrived_counts_as_delivered_until_forced(morning: Morning) -> None:
    morning.receipts[A] = [NOBODY_KNOWS]
    morning.order(A)
    morning.order(A, day=1)
    assert len(morning.carried) == 1
    morning.order(A, B, day=1, force=True)
    assert morning.carried == [(A, ("Brug", "Trein"))] * 2


def test_force_sends_what_was_refused_and_nothing_else(morning: Morning) -> None:
    morning.receipts[A] = [NEVER]
    morning.order(A, B)
    for new in (True, False):
        morning.order(A, B, new=new, force=True)
        assert morning.carried == [(B, ("Brug", "Trein")), (A, ("Brug", "Trein"))]


def test_force_does_not_send_what_came_with_a_later_edition(morning: Morning) -> None:
    morning.receipts[A] = [NEVER]
    morning.order(A)
    morning.order(A, day=1)
    morning.order(A, day=1, force=True)
    assert morning.carried == [(A, ("Brug", "Trein"))]


def test_who_is_new_gets_what_is_new_from_then_on(morning: Morning) -> None:
    morning.order(A)
    morning.news.append("Schip")
    morning.order(A, B, day=1)
    assert morning.carried[1:] == [(A, ("Schip",)), (B, ("Schip",))]


def test_output_counts_as_one_recipient_of_its_own(morning: Morning) -> None:
    morning.order()
    assert morning.written == [("Brug", "Trein")]
    morning.news.append("Schip")
    morning.order(A, day=1)
    morning.order(day=1)
    assert morning.carried == [(A, ("Schip",))]
    assert morning.written[1:] == [("Schip",)]
    morning.order(day=1)
    assert len(morning.written) == 2


def test_what_was_not_written_stays_new(morning: Morning) -> None:
    morning.write_fails = True
    with pytest.raises(BrokenPipeError):
        morning.order()
    morning.write_fails = False
    morning.order()
    assert morning.written == [("Brug", "Trein")]


def test_nobody_gets_two_messages_for_a_date(morning: Morning) -> None:
    for new in (True, False):
        morning.order(A, new=new)
        morning.news.append("Schip")
    assert morning.carried == [(A, ("Brug", "Trein"))]
    assert morning.told[-1] == "Sent already."


@pytest.mark.parametrize(
    ("receipt", "code", "state"),
    [
        (NEVER, 3, State.REFUSED),
        (NOBODY_KNOWS, 3, State.UNKNOWN),
        (LATER, 75, State.QUEUED),
        (OURS, 78, State.QUEUED),
    ],
)
def test_what_became_of_it_is_told_and_decides_the_exit_code(
    morning: Morning, receipt: Receipt, code: int, state: State
) -> None:
    morning.receipts[A] = [receipt]
    assert morning.order(A).exit_code() == code
    assert [line for line in morning.told if line.endswith(receipt.reason)]
    with closing(morning.archived()) as archive:
        assert [each.recipient for each in archive.messages(state)] == [A]


def test_a_run_that_only_writes_tells_what_nobody_heard_yet(morning: Morning) -> None:
    morning.receipts[A] = [NEVER]
    deaf = replace(morning.desk(), tell=lambda *_: False)
    morning.tell = deaf.tell  # type: ignore[method-assign,assignment]
    morning.order(A)
    del morning.tell
    assert morning.order(day=1).exit_code() == 3
    assert any("no such user" in line for line in morning.told)
    assert morning.order(day=2).exit_code() == 0


def test_what_waits_goes_out_where_no_source_can_be_read(morning: Morning) -> None:
    morning.receipts[A] = [LATER]
    morning.order(A)
    morning.news = []
    morning.failures = (MissingInput("x", "does not exist"),)
    assert morning.order(A, day=1).exit_code() == 66
    assert morning.carried == [(A, ("Brug", "Trein"))]


def test_a_source_that_fails_makes_it_incomplete_also_where_nothing_is_new(
    morning: Morning,
) -> None:
    morning.order(A)
    morning.failures = (MissingInput("x", "does not exist"),)
    assert morning.order(A, day=1).exit_code() == 3
    assert morning.order(A, day=2, catch_up=True).exit_code() == 3


def test_a_limit_leaves_the_rest_for_later_for_everybody(morning: Morning) -> None:
    for day in range(3):
        morning.order(A, B, day=day, limit=1)
    assert morning.carried == [(A, ("Brug",)), (B, ("Brug",)), (A, ("Trein",)), (B, ("Trein",))]


def test_who_is_new_on_a_quiet_day_gets_what_comes_next(morning: Morning) -> None:
    morning.order(A)
    for day in range(1, 3):
        morning.order(B, day=day)
        morning.order(day=day)
        morning.news.append(f"Dag{day}")
        morning.order(A, day=day)
    assert morning.written == [("Dag1",)]
    morning.order(B, day=3)
    assert [items for who, items in morning.carried if who == B] == [("Dag1",), ("Dag2",)]


def test_a_dead_address_does_not_gather_news_for_ever(morning: Morning) -> None:
    morning.receipts[A] = [NEVER] * 40
    for day in range(40):
        morning.news = [f"Dag{day}"]
        morning.order(A, day=day)
    morning.news = ["Nu"]
    morning.order(A, day=40)
    assert morning.carried == [(A, (*(f"Dag{day}" for day in range(26, 40)), "Nu"))]


def test_what_was_stopped_is_named_by_the_next_run_whatever_it_does(morning: Morning) -> None:
    morning.receipts[A] = [LATER]
    morning.order(A)
    with closing(morning.archived()) as archive:
        (queued,) = archive.messages(State.QUEUED)
        archive.move(queued, State.SENDING, now=AS_OF)
    assert morning.order(day=1, new=False).exit_code() == 3
    assert any(f"{A} unknown stopped while sending" in line for line in morning.told)
    with closing(morning.archived()) as archive:
        assert len(archive.list_editions(9)) == 1  # and keeps nothing of its own


def test_the_first_day_of_the_calendar_is_a_day(morning: Morning) -> None:
    assert morning.order(A, day=1 - DAY.toordinal()).exit_code() == 0
    assert morning.carried == [(A, ("Brug", "Trein"))]


def test_catching_up_sends_nothing(morning: Morning) -> None:
    morning.receipts[A] = [LATER]
    morning.order(A)
    morning.order(A, B, day=1, catch_up=True)
    assert morning.carried == []


def test_force_sends_the_rest_of_what_came_in_part(morning: Morning) -> None:
    morning.receipts[A] = [NOBODY_KNOWS]
    morning.order(A)
    morning.news = ["Trein"]
    morning.order(A, day=1, new=False)
    morning.news = ["Schip"]
    morning.order(A, day=1, force=True)
    morning.order(A, day=2)
    assert morning.carried[1:] == [(A, ("Trein",)), (A, ("Brug", "Schip"))]


def test_force_does_not_reach_further_back_than_the_last_message(morning: Morning) -> None:
    morning.receipts[A] = [NOBODY_KNOWS, NOBODY_KNOWS]
    morning.order(A)
    morning.news = ["Schip"]
    morning.order(A, day=1)
    morning.order(A, day=1, force=True)
    assert morning.carried[2:] == [(A, ("Schip",))]


def test_a_damaged_edition_costs_what_is_owed_of_it_and_a_line(morning: Morning) -> None:
    morning.receipts[A] = [NEVER]
    morning.order(A)
    with closing(morning.archived()) as archive:
        archive._connection.execute("UPDATE edition SET document = x'00'")
        archive._connection.commit()
    morning.news = ["Schip"]
    morning.order(A, day=1)
    assert morning.carried == [(A, ("Schip",))]
    assert any("is damaged in edition 1" in line for line in morning.told)
    for day in range(2, 4):
        morning.order(A, day=day)
    assert len(morning.carried) == 1


def test_an_empty_edition_is_made_when_asked_for(morning: Morning) -> None:
    morning.order(A)
    morning.order(A, day=1, even_if_empty=True)
    assert morning.carried[1:] == [(A, ())]


def test_a_dry_run_sends_and_stores_nothing(morning: Morning) -> None:
    morning.order(A, B, dry_run=True)
    assert morning.told == [f"plan {[(A, B)]}"]
    with closing(morning.archived()) as archive:
        assert archive.list_editions(9) == ()
