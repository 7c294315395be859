"""The archive and its outbox: nothing lost, nothing twice, wherever a run is killed."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from digest.archive.store import Archive
from digest.archive.values import (
    OUTPUT,
    QueuedMessage,
    State,
    StoredEdition,
    StoredItem,
    StoredMessage,
)
from digest.delivery.transport import Outcome, Receipt
from digest.errors import ArchiveError, BusyError, UsageError
from digest.lock import hold_lock
from digest.outbox import Clock, Fate, Sendings, send_outbox
from tests import CHECKOUT
from tests.conftest import AS_OF

DAY = date(2026, 11, 22)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with closing(Archive(tmp_path / "data" / "archive.sqlite3")) as opened:
        yield opened


def edition(*identities: str, day: date = DAY) -> StoredEdition:
    return StoredEdition(
        day=day,
        title="Test",
        created=AS_OF,
        document=json.dumps({"items": identities}),
        items=tuple(
            StoredItem(
                identity=identity,
                number=number,
                dutch=f"De minister opent brug {identity}.",
                english=f"The minister opens bridge {identity}.",
            )
            for number, identity in enumerate(identities, 1)
        ),
    )


def message(recipient: str) -> QueuedMessage:
    return QueuedMessage(
        sender="a@example.org",
        recipient=recipient,
        address=recipient,
        data=b"To: " + recipient.encode(),
    )


def keep(archive: Archive, stored: StoredEdition, *recipients: str) -> int:
    """Store an edition with a message for each recipient; its number."""
    (number,) = archive.store([(stored, [message(recipient) for recipient in recipients])])
    return number


@dataclass
class Postman:
    """Answers with the receipts in turn, then with sent."""

    receipts: list[Receipt] = field(default_factory=list)
    carried: list[str] = field(default_factory=list)

    def send(
        self, message: bytes, *, sender: str, recipient: str, committing: Callable[[], None]
    ) -> Receipt:
        assert message == b"To: " + recipient.encode()
        assert sender == "a@example.org"
        committing()
        receipt = self.receipts.pop(0) if self.receipts else Receipt(outcome=Outcome.SENT)
        if receipt.outcome is Outcome.SENT:
            self.carried.append(recipient)
        return receipt

    def finish(self) -> None:
        """Nothing is left open."""

    def takes_utf8(self) -> bool:
        return False


@dataclass
class Time:
    """A clock that only moves when somebody waits."""

    waited: float = 0.0

    def sleep(self, seconds: float) -> None:
        self.waited += seconds

    @property
    def clock(self) -> Clock:
        return Clock(now=lambda: AS_OF + timedelta(seconds=self.waited), sleep=self.sleep)


@dataclass
class Ear:
    """Hears what is told, unless it is deaf."""

    deaf: bool = False
    heard: list[tuple[str, Fate, str]] = field(default_factory=list)

    def __call__(self, message: StoredMessage, fate: Fate, reason: str) -> bool:
        if not self.deaf:
            self.heard.append((message.recipient, fate, reason))
        return not self.deaf


def deliver(
    archive: Archive, postman: Postman, time: Time | None = None, ear: Ear | None = None
) -> Sendings:
    return send_outbox(
        archive, postman, clock=(time or Time()).clock, patience=60, tell=ear or Ear()
    )


LATER = Receipt(outcome=Outcome.DEFERRED, reason="greylisted")
NEVER = Receipt(outcome=Outcome.REFUSED, reason="no such user")
NOBODY_KNOWS = Receipt(outcome=Outcome.UNKNOWN, reason="no answer")
OURS = Receipt(outcome=Outcome.MISCONFIGURED, reason="wrong password", everybody=True)
HIS = Receipt(outcome=Outcome.MISCONFIGURED, reason="relaying denied")
LONG_AGO = date(2026, 1, 1)
B, C = "b@example.com", "c@example.com"


class TestOutbox:
    def test_items_are_delivered_with_the_message_and_not_before(self, archive: Archive) -> None:
        keep(archive, edition("x", "y"), B)
        assert archive.new_for(B, ["x", "y", "z"]) == {"z"}  # they are on their way
        assert archive.new_for(C, ["x", "z"]) == {"z"}  # backlog for who comes later
        postman = Postman()
        assert deliver(archive, postman).sent == 1
        assert postman.carried == [B]
        assert archive.new_for(B, ["x", "y", "z"]) == {"z"}
        assert archive.has_message(DAY, B)

    def test_a_deferred_message_is_tried_again_with_longer_pauses(self, archive: Archive) -> None:
        keep(archive, edition("x"), B)
        postman, time = Postman([LATER, LATER]), Time()
        assert deliver(archive, postman, time).sent == 1
        assert time.waited == 1 + 2

    def test_after_the_patience_it_waits_for_the_next_run(self, archive: Archive) -> None:
        keep(archive, edition("x"), B)
        time, ear = Time(), Ear()
        assert deliver(archive, Postman([LATER] * 99), time, ear).fates == {Fate.DEFERRED}
        assert ear.heard == [(B, Fate.DEFERRED, "greylisted")]
        assert time.waited <= 60
        assert deliver(archive, Postman()).sent == 1

    def test_one_refused_recipient_does_not_stop_the_others(self, archive: Archive) -> None:
        keep(archive, edition("x"), B, C)
        ear = Ear()
        sendings = deliver(archive, Postman([NEVER]), ear=ear)
        assert (sendings.sent, sendings.fates) == (1, {Fate.REFUSED})
        assert ear.heard == [(B, Fate.REFUSED, "no such user")]
        assert deliver(archive, Postman()).sent == 0

    @pytest.mark.parametrize("receipt", [NEVER, NOBODY_KNOWS])
    def test_what_is_given_up_is_told_once_and_by_a_run_that_can_be_heard(
        self, archive: Archive, receipt: Receipt
    ) -> None:
        keep(archive, edition("x"), B)
        deliver(archive, Postman([receipt]), ear=Ear(deaf=True))
        ear = Ear()
        for _ in range(2):
            deliver(archive, Postman(), ear=ear)
        assert [(who, why) for who, _, why in ear.heard] == [(B, receipt.reason)]

    def test_what_may_have_arrived_is_not_sent_again(self, archive: Archive) -> None:
        keep(archive, edition("x"), B, C)
        (first, second) = archive.messages(State.QUEUED)
        archive.move(first, State.SENDING, now=AS_OF)
        ear, postman = Ear(), Postman([NOBODY_KNOWS])
        deliver(archive, postman, ear=ear)
        assert postman.carried == []
        assert [(who, fate) for who, fate, _ in ear.heard] == [
            (B, Fate.UNKNOWN),
            (second.recipient, Fate.UNKNOWN),
        ]
        assert deliver(archive, postman).sent == 0
        assert archive.new_for(B, ["x"]) == set()

    def test_what_is_wrong_with_us_leaves_it_queued_and_is_not_tried_for_ever(
        self, archive: Archive
    ) -> None:
        people = [f"{n}@example.com" for n in range(5)]
        keep(archive, edition("x"), *people)
        postman, ear = Postman([OURS] * 9), Ear()
        assert deliver(archive, postman, ear=ear).fates == {Fate.MISCONFIGURED}
        assert len(postman.receipts) == 9 - 2  # the rest would meet the same
        assert [who for who, _, _ in ear.heard] == people
        assert deliver(archive, Postman()).sent == 5

    def test_what_is_wrong_with_one_stops_no_other(self, archive: Archive) -> None:
        keep(archive, edition("x"), *(f"{n}@example.com" for n in range(5)))
        assert deliver(archive, Postman([HIS, HIS, HIS])).sent == 2

    def test_a_server_that_is_down_is_not_asked_for_everybody(self, archive: Archive) -> None:
        keep(archive, edition("x"), *(f"{n}@example.com" for n in range(5)))
        down = Receipt(outcome=Outcome.DEFERRED, reason="refused", everybody=True)
        postman, ear = Postman([down] * 99), Ear()
        assert deliver(archive, postman, ear=ear).fates == {Fate.DEFERRED}
        assert len(ear.heard) == 5
        assert len(postman.receipts) > 99 - 15

    def test_a_poisoned_message_blocks_no_other(self, archive: Archive) -> None:
        keep(archive, edition("x"), B, C)

        class Choking(Postman):
            def send(self, message: bytes, **rest: Any) -> Receipt:
                if rest["recipient"] == B:
                    raise UnicodeEncodeError("ascii", "é", 0, 1, "no")
                return super().send(message, **rest)

        ear = Ear()
        sendings = deliver(archive, Choking(), ear=ear)
        assert (sendings.sent, sendings.fates) == (1, {Fate.MISCONFIGURED})
        assert "UnicodeEncodeError" in ear.heard[0][2]

    def test_a_damaged_message_is_named_and_blocks_no_other(self, archive: Archive) -> None:
        number = keep(archive, edition("x"), B, C)
        archive._connection.execute("UPDATE message SET data = x'00' WHERE recipient = ?", (B,))
        ear = Ear()
        sendings = deliver(archive, Postman(), ear=ear)
        assert (sendings.sent, sendings.fates) == (1, {Fate.DAMAGED})
        assert f"message 1 of edition {number}" in ear.heard[0][2]

    def test_ctrl_c_while_the_answer_is_waited_for_leaves_it_unknown(
        self, archive: Archive
    ) -> None:
        keep(archive, edition("x"), B)

        class Stopped(Postman):
            def send(self, _message: bytes, **rest: Any) -> Receipt:  # type: ignore[override]
                rest["committing"]()
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            deliver(archive, Stopped())
        assert [each.recipient for each in archive.messages(State.UNKNOWN)] == [B]

    def test_ctrl_c_afterwards_changes_nothing(self, archive: Archive) -> None:
        keep(archive, edition("x"), B)

        class Leaving(Postman):
            def finish(self) -> None:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            deliver(archive, Leaving())
        assert [each.recipient for each in archive.messages(State.SENT)] == [B]


class TestRecipients:
    def test_each_gets_what_he_has_not_got(self, archive: Archive) -> None:
        keep(archive, edition("x"), B, C)
        deliver(archive, Postman([NEVER]))
        assert archive.new_for(B, ["x"]) == {"x"}
        assert archive.owed(B, since=LONG_AGO) == {"x": (1,)}
        assert archive.new_for(C, ["x"]) == set()
        assert archive.owed(C, since=LONG_AGO) == {}

    def test_what_was_refused_comes_with_the_edition_that_succeeds(self, archive: Archive) -> None:
        keep(archive, edition("x"), B)
        deliver(archive, Postman([NEVER]))
        keep(archive, edition("x", "y", day=date(2026, 11, 23)), B)
        assert archive.owed(B, since=LONG_AGO) == {}  # on its way
        deliver(archive, Postman([NEVER]))
        assert archive.owed(B, since=LONG_AGO) == {"x": (2, 1), "y": (2,)}
        keep(archive, edition("x", "y", day=date(2026, 11, 24)), B)
        deliver(archive, Postman())
        assert archive.owed(B, since=LONG_AGO) == {}
        counts = [archive.came_otherwise(each) for each in archive.messages(State.REFUSED)]
        assert counts == [(1, 1), (2, 2)]

    def test_what_was_refused_long_ago_is_settled(self, archive: Archive) -> None:
        keep(archive, edition("x"), B)
        deliver(archive, Postman([NEVER]))
        assert archive.owed(B, since=DAY) == {"x": (1,)}
        assert archive.owed(B, since=DAY + timedelta(days=1)) == {}

    def test_an_item_may_come_with_two_editions(self, archive: Archive) -> None:
        keep(archive, edition("x", "y"), B)
        deliver(archive, Postman([NOBODY_KNOWS]))
        keep(archive, edition("x", day=date(2026, 11, 23)), B)
        deliver(archive, Postman())
        (unknown,) = archive.messages(State.UNKNOWN)
        assert archive.came_otherwise(unknown) == (1, 2)
        archive.move(unknown, State.REFUSED, now=AS_OF)
        assert archive.owed(B, since=DAY) == {"y": (1,)}

    def test_who_is_new_gets_what_is_new_from_then_on(self, archive: Archive) -> None:
        keep(archive, edition("x"), B)
        archive.join([C], now=AS_OF)
        keep(archive, edition("y", day=date(2026, 11, 23)), B)
        assert archive.new_for(C, ["x", "y", "z"]) == {"y", "z"}

    def test_output_is_a_recipient_of_its_own(self, archive: Archive) -> None:
        archive.join([OUTPUT, B], now=AS_OF)
        archive.deliver(keep(archive, edition("x")), now=AS_OF)
        assert archive.new_for(OUTPUT, ["x"]) == set()
        assert archive.new_for(B, ["x"]) == {"x"}

    def test_catching_up_is_for_everybody(self, archive: Archive) -> None:
        keep(archive, edition("x"), B)
        deliver(archive, Postman([NEVER]))
        archive.catch_up(["x", "y"], [OUTPUT], now=AS_OF)
        for recipient in (B, C, OUTPUT):
            assert archive.new_for(recipient, ["x", "y"]) == set()
        assert archive.owed(B, since=LONG_AGO) == {}
        keep(archive, edition("x", day=date(2026, 11, 23)), B)  # sent all the same, and refused
        deliver(archive, Postman([NEVER]))
        assert archive.owed(B, since=LONG_AGO) == {"x": (2, 1)}

    def test_a_dropped_message_brings_nothing_back(self, archive: Archive) -> None:
        keep(archive, edition("x"), B)
        deliver(archive, Postman([NEVER]))
        (refused,) = archive.messages(State.REFUSED)
        archive.move(refused, State.DROPPED, now=AS_OF)
        assert archive.owed(B, since=LONG_AGO) == {}
        assert archive.new_for(B, ["x"]) == set()

    def test_what_is_queued_again_counts_as_not_delivered(self, archive: Archive) -> None:
        keep(archive, edition("x"), B)
        deliver(archive, Postman([NOBODY_KNOWS]))
        (unknown,) = archive.messages(State.UNKNOWN)
        archive.move(unknown, State.QUEUED, now=AS_OF)
        deliver(archive, Postman([NEVER]))
        assert archive.owed(B, since=LONG_AGO) == {"x": (1,)}


class TestArchive:
    def test_finds_items_in_both_languages_without_accents(self, archive: Archive) -> None:
        keep(archive, edition("één", "twee"))
        for words in ("minister een", "BRIDGE één", "minister -"):
            found = archive.search(words, 10)
            assert found[0].day == DAY.isoformat()
        assert archive.search('"; DROP', 10) == ()

    @pytest.mark.parametrize("words", ["", " ", "-", '"', "\udcff", "a\x00b"])
    def test_what_is_no_word_is_refused(self, archive: Archive, words: str) -> None:
        with pytest.raises(UsageError):
            archive.search(words, 10)

    def test_lists_the_newest_first_with_who_got_it(self, archive: Archive) -> None:
        keep(archive, edition("x"), B)
        keep(archive, edition("y", "z", day=date(2026, 11, 23)))
        deliver(archive, Postman())
        newest, older = archive.list_editions(10)
        assert (newest.day, newest.items, newest.delivered) == ("2026-11-23", 2, ())
        assert older.delivered == (B,)

    def test_keeps_editions_as_they_were(self, archive: Archive) -> None:
        number = keep(archive, edition("x"))
        assert archive.document(number) == '{"items": ["x"]}'
        assert archive.document(99) is None

    def test_a_damaged_edition_is_named(self, archive: Archive) -> None:
        keep(archive, edition("x"))
        archive._connection.execute("UPDATE edition SET document = 'text'")
        with pytest.raises(ArchiveError, match="is damaged in edition 1") as caught:
            archive.document(1)
        assert "Move it away" not in caught.value.hint
        assert archive.list_editions(9)


class TestLock:
    def test_a_second_run_is_told_at_once(self, tmp_path: Path) -> None:
        lock = hold_lock(tmp_path / "lock")
        with lock, pytest.raises(BusyError, match="holds the lock"), hold_lock(tmp_path / "lock"):
            pass

    def test_a_dead_process_is_no_obstacle(self, tmp_path: Path) -> None:
        code = (
            "import sys, time; from pathlib import Path; from digest.lock import hold_lock\n"
            "with hold_lock(Path(sys.argv[1])): print('held', flush=True); time.sleep(60)"
        )
        process = subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path / "lock")],
            stdout=subprocess.PIPE,
            cwd=CHECKOUT,
        )
        assert process.stdout
        assert process.stdout.readline() == b"held\n"
        with pytest.raises(BusyError), hold_lock(tmp_path / "lock"):
            pass
        process.kill()
        process.wait()
        process.stdout.close()
        with hold_lock(tmp_path / "lock"):
            pass


# A run that kills itself at the step with this number. A step is every statement that the
# archive runs, and every piece of work of the postman, who writes what he carries to a file.
RUN = """
import os, signal, sys
from contextlib import closing
from pathlib import Path
from digest.archive.store import Archive
from digest.delivery.transport import Outcome, Receipt
from tests.test_outbox import DAY, deliver, edition, keep

folder, deadly = Path(sys.argv[1]), int(sys.argv[2])
steps = 0

def step(*_):
    global steps
    steps += 1
    if steps == deadly:
        os.kill(os.getpid(), signal.SIGKILL)

class Postman:
    def send(self, data, *, sender, recipient, committing):
        step()
        committing()
        step()
        with (folder / "carried").open("a") as carried:
            carried.write(recipient + "\\\\n")
        step()
        return Receipt(outcome=Outcome.SENT)

    def finish(self):
        step()

def tell(message, fate, reason):
    with (folder / "told").open("a") as told:
        told.write(message.recipient + "\\n")
    step()
    return True

with closing(Archive(folder / "archive.sqlite3")) as archive:
    archive._connection.set_trace_callback(step)
    deliver(archive, Postman(), ear=tell)
    recipients = [r for r in ("b@x.org", "c@x.org") if not archive.has_message(DAY, r)]
    if recipients:
        keep(archive, edition("x", "y"), *recipients)
    deliver(archive, Postman(), ear=tell)
print(steps)
"""


def kill_and_finish(folder: Path, deadly: int) -> int:
    """Run with a deadly step, then runs until one says that all is done; how many steps it had."""
    script = RUN.replace("\\\\n", "\\n")

    def start(step: int) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", script, str(folder), str(step)],
            cwd=CHECKOUT,
            capture_output=True,
            text=True,
            check=False,
        )

    first = start(deadly)
    assert first.returncode in (0, -signal.SIGKILL), first.stderr
    again = start(0)
    assert again.returncode == 0, again.stderr
    return int((first if first.returncode == 0 else again).stdout)


def test_a_run_killed_at_any_step_loses_nothing_and_sends_nothing_twice(tmp_path: Path) -> None:
    (tmp_path / "whole").mkdir()
    steps = kill_and_finish(tmp_path / "whole", 0)
    assert steps > 20
    unknown = 0
    for deadly in range(1, steps + 1):
        folder = tmp_path / str(deadly)
        folder.mkdir()
        kill_and_finish(folder, deadly)
        carried, told = (
            path.read_text().splitlines() if (path := folder / name).exists() else []
            for name in ("carried", "told")
        )
        assert len(carried) == len(set(carried)), f"sent twice after step {deadly}"
        with closing(Archive(folder / "archive.sqlite3")) as archive:
            assert archive.messages(State.QUEUED, State.SENDING) == ()
            left = {stored.recipient for stored in archive.messages(State.UNKNOWN)}
            sent = {stored.recipient for stored in archive.messages(State.SENT)}
            assert sent | left == {"b@x.org", "c@x.org"}, f"lost after step {deadly}"
            assert sent <= set(carried)
            assert left <= set(told), f"not named after step {deadly}"
            assert len(archive.list_editions(9)) == 1
            unknown += len(left)
    # Only between saying `sending` and noting the answer can nobody know.
    assert 0 < unknown < steps / 2
