"""Any program that understands `sendmail -t`: msmtp, postfix, exim."""

import contextlib
import os
import signal
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO

from digest.delivery.transport import Outcome, Receipt

# Exit codes of sysexits.h.
_REFUSING = {65: "data error", 67: "no such user"}
_LATER = 75
_SIGNALLED = 128
"""A shell exits with this and the number of the signal that ended what it ran."""
_MOST_SIGNALS = 64
_TAIL = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Sendmail:
    """The program at `command`; after `timeout` seconds nobody knows what it did."""

    command: str
    timeout: float

    def send(
        self, message: bytes, *, sender: str, recipient: str, committing: Callable[[], None]
    ) -> Receipt:
        """See `Transport.send`; the program reads the recipient from the message.

        It is given a file, not a pipe: it has the whole message from the start, whatever
        becomes of this process. What it starts in turn may keep its output open. An exit code that
        is neither 0 nor one of those above says that it did not take the message, and that
        something has to be mended.
        """
        del recipient
        try:
            with tempfile.TemporaryFile() as handed, tempfile.TemporaryFile() as said:
                handed.write(message.replace(b"\r\n", b"\n"))
                handed.seek(0)
                committing()
                process = subprocess.Popen(  # noqa: S603 - the program that the user chose
                    [self.command, "-t", "-i", "-f", sender],
                    stdin=handed,
                    stdout=subprocess.DEVNULL,
                    stderr=said,
                    start_new_session=True,  # a Ctrl-C is for us
                )
                return self._wait(process, said)
        except OSError as error:
            return Receipt(
                outcome=Outcome.MISCONFIGURED,
                reason=f"{self.command} cannot be run ({error.strerror})",
                everybody=True,
            )

    def _wait(self, process: subprocess.Popen[bytes], said: IO[bytes]) -> Receipt:
        try:
            code = process.wait(self.timeout)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            return Receipt(outcome=Outcome.UNKNOWN, reason=f"{self.command} took too long")
        if code == 0:
            return Receipt(outcome=Outcome.SENT)
        if code < 0 or _SIGNALLED < code <= _SIGNALLED + _MOST_SIGNALS:
            number = -code if code < 0 else code - _SIGNALLED
            return Receipt(
                outcome=Outcome.UNKNOWN, reason=f"{self.command} was ended by signal {number}"
            )
        reason = f"{self.command} exited {code}: {_first_line(said)}"
        if code in _REFUSING:
            return Receipt(outcome=Outcome.REFUSED, reason=reason)
        outcome = Outcome.DEFERRED if code == _LATER else Outcome.MISCONFIGURED
        return Receipt(outcome=outcome, reason=reason)

    def finish(self) -> None:
        """There is nothing to take leave of."""

    def takes_utf8(self) -> bool:
        """Nobody can ask a program whether all servers behind it do."""
        return False


def _first_line(said: IO[bytes]) -> str:
    said.seek(0)
    lines = said.read(_TAIL).decode(errors="replace").split("\n")
    return next((line.strip() for line in lines if line.strip()), "no reason given")
