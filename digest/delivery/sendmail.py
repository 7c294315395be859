"""Any program that understands `sendmail -t`: msmtp, postfix, exim."""

import subprocess
from collections.abc import Callable
from dataclasses import dataclass

from digest.delivery.transport import Outcome, Receipt

_TEMPORARY = 75  # EX_TEMPFAIL of sysexits.h


@dataclass(frozen=True, slots=True, kw_only=True)
class Sendmail:
    """The program at `command`; a run longer than `timeout` seconds counts as deferred."""

    command: str
    timeout: float

    def send(
        self, message: bytes, *, sender: str, recipient: str, committing: Callable[[], None]
    ) -> Receipt:
        """See `Transport.send`; the program reads the recipient from the message."""
        del recipient
        committing()
        unix_lines = message.replace(b"\r\n", b"\n")
        try:
            done = subprocess.run(  # noqa: S603 - the program that the user chose
                [self.command, "-t", "-i", "-f", sender],
                input=unix_lines,
                capture_output=True,
                timeout=self.timeout,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return Receipt(outcome=Outcome.DEFERRED, reason=f"{self.command} took too long")
        except OSError as error:
            return Receipt(
                outcome=Outcome.REFUSED, reason=f"{self.command} cannot be run ({error.strerror})"
            )
        if done.returncode == 0:
            return Receipt(outcome=Outcome.SENT)
        lines = done.stderr.decode(errors="replace").split("\n")
        said = next((line.strip() for line in lines if line.strip()), "no reason given")
        outcome = Outcome.DEFERRED if done.returncode == _TEMPORARY else Outcome.REFUSED
        return Receipt(outcome=outcome, reason=f"{self.command} exited {done.returncode}: {said}")
