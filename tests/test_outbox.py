"""The archive and its outbox: nothing lost, nothing twice, wherever a run is killed."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import pytest

from digest.archive.store import Archive, QueuedMessage, State, StoredEdition, StoredItem
from digest.delivery.transport import Outcome, Receipt
from digest.errors import ArchiveError, BusyError
from digest.lock import hold_lock
from digest.outbox import Clock, Sendings, send_outbox
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
        sender="a@example.org", recipient=recipient, data=b"To: " + recipient.encode()
    )


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


@dataclass
class Time:
    """A clock that only moves when somebody waits."""

    waited: float = 0.0

    def sleep(self, seconds: float) -> None:
        self.waited += seconds

    @property
    def clock(self) -> Clock:
        return Clock(now=lambda: AS_OF + timedelta(seconds=self.waited), sleep=self.sleep)


def deliver(archive: Archive, postman: Postman, time: Time | None = None) -> Sendings:
    return send_outbox(archive, postman, clock=(time or Time()).clock, patience=60)


LATER = Receipt(outcome=Outcome.DEFERRED, reason="greylisted")
NEVER = Receipt(outcome=Outcome.REFUSED, reason="no such user")


class TestOutbox:
    def test_items_are_seen_after_delivery_and_not_before(self, archive: Archive) -> None:
        archive.store(edition("x", "y"), [message("b@example.com")])
        assert archive.unseen(["x", "y", "z"]) == {"x", "y", "z"}
        assert deliver(archive, Postman()).sent == ["b@example.com"]
        assert archive.unseen(["x", "y", "z"]) == {"z"}
        assert archive.states(DAY, "b@example.com") == (State.SENT,)

    def test_a_deferred_message_is_tried_again_with_longer_pauses(self, archive: Archive) -> None:
        archive.store(edition("x"), [message("b@example.com")])
        postman, time = Postman([LATER, LATER]), Time()
        assert deliver(archive, postman, time).sent == ["b@example.com"]
        assert time.waited == 1 + 2

    def test_after_the_patience_it_waits_for_the_next_run(self, archive: Archive) -> None:
        archive.store(edition("x"), [message("b@example.com")])
        time = Time()
        sendings = deliver(archive, Postman([LATER] * 99), time)
        assert sendings.deferred == [("b@example.com", "greylisted")]
        assert time.waited <= 60
        assert archive.unseen(["x"]) == {"x"}
        assert deliver(archive, Postman()).sent == ["b@example.com"]

    def test_one_refused_recipient_does_not_stop_the_others(self, archive: Archive) -> None:
        archive.store(edition("x"), [message("b@example.com"), message("c@example.com")])
        sendings = deliver(archive, Postman([NEVER]))
        assert sendings.refused == [("b@example.com", "no such user")]
        assert sendings.sent == ["c@example.com"]
        assert deliver(archive, Postman()).sent == []

    def test_what_may_have_arrived_is_not_sent_again(self, archive: Archive) -> None:
        archive.store(edition("x"), [message("b@example.com")])
        (stored,) = archive.outbox(State.QUEUED)
        archive.move(stored, State.SENDING, reason="", now=AS_OF)
        postman = Postman()
        assert deliver(archive, postman).unknown == ["b@example.com"]
        assert deliver(archive, postman).unknown == []
        assert postman.carried == []


class TestArchive:
    def test_finds_items_in_both_languages_without_accents(self, archive: Archive) -> None:
        archive.store(edition("één", "twee"), [])
        for words in ("minister een", "BRIDGE één"):
            (found,) = archive.search(words, 10)
            assert (found.number, found.day) == (1, DAY)
        assert archive.search('"; DROP', 10) == ()

    def test_lists_the_newest_first_with_who_got_it(self, archive: Archive) -> None:
        archive.store(edition("x"), [message("b@example.com")])
        archive.store(edition("y", "z", day=date(2026, 11, 23)), [])
        deliver(archive, Postman())
        newest, older = archive.list_editions(10)
        assert (newest.day, newest.items, newest.delivered) == (date(2026, 11, 23), 2, ())
        assert older.delivered == ("b@example.com",)

    def test_keeps_editions_as_they_were(self, archive: Archive) -> None:
        number = archive.store(edition("x"), [])
        assert archive.document(number) == '{"items": ["x"]}'
        assert archive.document(99) is None

    def test_a_damaged_file_is_named_and_left_alone(self, tmp_path: Path) -> None:
        path = tmp_path / "archive.sqlite3"
        path.write_bytes(b"not a database" * 100)
        with pytest.raises(ArchiveError, match="cannot be used"):
            Archive(path)
        assert path.read_bytes() == b"not a database" * 100


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
from tests.test_outbox import DAY, Time, deliver, edition, message

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

with closing(Archive(folder / "archive.sqlite3")) as archive:
    archive._connection.set_trace_callback(step)
    deliver(archive, Postman())
    recipients = [r for r in ("b@x.org", "c@x.org") if not archive.states(DAY, r)]
    if recipients:
        archive.store(edition("x", "y"), [message(r) for r in recipients])
    deliver(archive, Postman())
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
        carried = (
            (folder / "carried").read_text().splitlines() if (folder / "carried").exists() else []
        )
        assert len(carried) == len(set(carried)), f"sent twice after step {deadly}"
        with closing(Archive(folder / "archive.sqlite3")) as archive:
            assert archive.outbox(State.QUEUED) == ()
            left = {stored.recipient for stored in archive.outbox(State.REFUSED)}
            sent = {stored.recipient for stored in archive.outbox(State.SENT)}
            assert sent | left == {"b@x.org", "c@x.org"}, f"lost after step {deadly}"
            assert sent <= set(carried)
            assert len(archive.list_editions(9)) == 1
            unknown += len(left)
    # Only between saying `sending` and hearing the answer can nobody know.
    assert 0 < unknown < steps / 2
    assert os.name == "posix"
