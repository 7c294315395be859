"""Templates may be a stranger's: what they may read, how long they may run, how much they say."""

import signal
import stat
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from jinja2 import Environment, FileSystemLoader
from jinja2.sandbox import ImmutableSandboxedEnvironment

from digest.edition import Edition
from digest.errors import TemplateError

_MOST_TEMPLATE = 1_000_000
_MOST_REPEATS = 10_000
_MOST_EXPONENT = 64


class FolderLoader(FileSystemLoader):
    """Regular files of these folders, and nothing that a link in them leads to elsewhere."""

    def get_source(
        self, environment: Environment, template: str
    ) -> tuple[str, str, Callable[[], bool]]:
        """See jinja2. Raises `TemplateError` for what no template can be."""
        parts = template.split("/")
        for folder in self.searchpath if ".." not in parts else ():
            path = Path(folder, *parts)
            if path.is_symlink() or path.exists():
                _check(path, Path(folder))
                break
        return super().get_source(environment, template)


def _check(path: Path, folder: Path) -> None:
    try:
        found = path.stat()
        inside = path.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError) as error:
        raise TemplateError(f"The template {path} cannot be read.") from error
    if not inside:
        raise TemplateError(f"The template {path} is a link that leads out of its folder.")
    if not stat.S_ISREG(found.st_mode) or found.st_size > _MOST_TEMPLATE:
        raise TemplateError(f"The template {path} is no file, or too large for one.")


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja2's sandbox, in which nothing can be repeated into the gigabytes."""

    intercepted_binops = frozenset({"*", "**"})

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """See jinja2; texts and lists are repeated some thousand times at most."""
        numbers = [each for each in (left, right) if isinstance(each, int | float)]
        if operator == "**" and (len(numbers) < 2 or abs(right) > _MOST_EXPONENT):  # noqa: PLR2004 - both
            raise TemplateError(f"{left!r:.20} ** {right!r:.20} is more than a template needs")
        if operator == "*" and len(numbers) == 1 and numbers[0] > _MOST_REPEATS:
            raise TemplateError(f"repeating {numbers[0]} times is more than a template needs")
        return super().call_binop(context, operator, left, right)


def limited(pieces: Iterable[str], edition: Edition) -> Iterator[str]:
    """The pieces of a document, as long as they are no more than an edition can need.

    Raises `TemplateError` beyond that.
    """
    texts = (len(sentence.dutch) + len(sentence.english) for sentence in edition.sentences)
    left = 20_000_000 + 200 * sum(texts) + 2_000 * len(edition.entries)
    for piece in pieces:
        left -= len(piece)
        if left < 0:
            raise TemplateError("A template says more than an edition of this size can need.")
        yield piece


@contextmanager
def time_limit(edition: Edition) -> Iterator[None]:
    """Raise `TemplateError` where rendering takes longer than an edition can need.

    A loop that says nothing can only be ended by a signal, which only the main thread gets;
    elsewhere there is no limit.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    seconds = SECONDS + len(edition.sentences) / 50

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise TemplateError(f"The templates take more than {seconds:.0f} seconds.")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


SECONDS = 60.0
"""What any edition may take; larger ones take longer."""
