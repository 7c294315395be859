"""What can go wrong, as one tree; each error knows its exit code.

    DigestError            1   base of everything below; 1 itself is left to bugs
    ├── UsageError         2   options that contradict each other
    ├── InputError        65   an input is not readable as an article
    │   └── MissingInput  66   an input does not exist
    ├── ModelError        69   no model is installed, or it is damaged
    ├── OutputError       73   the output cannot be written
    ├── PipeClosed         0   nobody reads on: no failure, but nothing is delivered
    ├── ArchiveError      73   the archive cannot be read or written
    ├── BusyError         75   another run holds the lock
    └── ConfigurationError 78  the configuration, or the machine, does not allow a run
        └── TemplateError 78   a template is missing or broken

`str(error)` is one sentence that names the thing and fits in a log line;
`error.hint` says what to do about it.
"""

import contextlib
from collections.abc import Iterator

INCOMPLETE = 3
"""The exit code where all was done, but not everything could be; no error."""


class DigestError(Exception):
    """Base of all errors that a user can do something about."""

    exit_code = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class UsageError(DigestError):
    """Options that contradict each other."""

    exit_code = 2


class InputError(DigestError):
    """An input is not readable as an article."""

    exit_code = 65

    def __init__(self, source: str, reason: str, *, hint: str = "") -> None:
        super().__init__(f"{source}: {reason}", hint=hint)
        self.source = source
        self.reason = reason


class MissingInput(InputError):  # noqa: N818 - a kind of InputError, named for what is missing
    """An input does not exist."""

    exit_code = 66


@contextlib.contextmanager
def named_trouble(path: object) -> Iterator[None]:
    """What the system refuses while `path` is written, as an `OutputError`."""
    try:
        yield
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror or error}.") from error


class ModelError(DigestError):
    """No model is installed, or it is damaged."""

    exit_code = 69


class OutputError(DigestError):
    """The output cannot be written."""

    exit_code = 73


class PipeClosed(DigestError):  # noqa: N818 - nothing went wrong
    """Nobody reads on what is written; nothing of it counts as delivered."""

    exit_code = 0


class ArchiveError(DigestError):
    """The archive cannot be read or written."""

    exit_code = 73


class BusyError(DigestError):
    """Another run holds the lock; try again later."""

    exit_code = 75


class ConfigurationError(DigestError):
    """The configuration, or the machine, does not allow a run."""

    exit_code = 78


class TemplateError(ConfigurationError):
    """A template is missing or broken."""
