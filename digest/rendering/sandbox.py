"""Templates may be a stranger's: what they may read, how long they may run, how much they say."""

import functools
import re
import signal
import stat
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from jinja2 import Environment, FileSystemLoader, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.runtime import markup_join
from jinja2.sandbox import ImmutableSandboxedEnvironment

from digest.edition import Edition
from digest.errors import TemplateError

MOST_TEMPLATE = 1_000_000
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
    if not stat.S_ISREG(found.st_mode) or found.st_size > MOST_TEMPLATE:
        raise TemplateError(f"The template {path} is no file, or too large for one.")


class _Generator(CodeGenerator):
    """Lets the environment join texts, so that it sees how long they become."""

    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:  # noqa: N802 - jinja2's name
        """See jinja2."""
        self.write("environment.joined((")
        for part in node.nodes:
            self.visit(part, frame)
            self.write(", ")
        self.write("))")


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja2's sandbox, in which nothing can be grown into the gigabytes.

    What repeats, pads, joins or replaces is looked at: the numbers that it is given before, the
    length of what it makes afterwards.
    """

    intercepted_binops = frozenset({"*", "**", "+", "%"})
    code_generator_class = _Generator

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """See jinja2; texts and lists are repeated some thousand times at most."""
        numbers = [each for each in (left, right) if isinstance(each, int | float)]
        if operator == "**" and (len(numbers) < 2 or abs(right) > _MOST_EXPONENT):  # noqa: PLR2004 - both
            raise _too_much(f"{left!r:.20} ** {right!r:.20}")
        if operator == "*" and len(numbers) == 1:
            text = right if left is numbers[0] else left
            if numbers[0] > _MOST_REPEATS or len(text) * numbers[0] > _MOST_TEXT:
                raise _too_much(f"repeating {numbers[0]} times")
        if any(isinstance(each, int) and each.bit_length() > _MOST_BITS for each in numbers):
            raise _too_much("a number of so many digits")
        if operator == "%" and isinstance(left, str):
            _check_format(left)
        return _bounded(super().call_binop(context, operator, left, right))

    def call(self, context: Any, called: Any, *arguments: Any, **named: Any) -> Any:
        """See jinja2."""
        _check_numbers(*arguments, *named.values())
        text = getattr(called, "__self__", None)
        if isinstance(text, str) and called.__name__ in {"format", "format_map"}:
            _check_format(text)
        return _bounded(super().call(context, called, *arguments, **named))

    def joined(self, parts: Sequence[Any]) -> str:
        """Texts one after the other, as `~` has it."""
        if sum(len(part) for part in parts if isinstance(part, str)) > _MOST_TEXT:
            raise _too_much("a text of this length")
        return markup_join(parts)

    def bound_filters(self) -> None:
        """Look at what filters are given and make; to be called when all are there."""
        self.filters = {
            name: _watched(each, formats=name == "format") for name, each in self.filters.items()
        }


_MOST_TEXT = 20_000_000
_MOST_NUMBER = 1_000_000
_MOST_BITS = 10_000
_WIDTH = re.compile(r"%[-+ #0]{0,5}\d{7}|\{[^{}]{0,80}:[^{}]{0,80}?\d{7}")


def _too_much(what: str) -> TemplateError:
    return TemplateError(f"A template wants more than it needs: {what}.")


def _check_numbers(*arguments: Any) -> None:
    """Widths and counts that no text has."""
    for each in arguments:
        if isinstance(each, int) and abs(each) > _MOST_NUMBER:
            raise _too_much(f"{each!r:.20}")


def _check_format(text: str) -> None:
    if _WIDTH.search(text):
        raise _too_much("a width of millions")


def _bounded(made: Any) -> Any:
    if isinstance(made, str | list | tuple) and len(made) > _MOST_TEXT:
        raise _too_much("a text of this length")
    return made


def _watched(filter_: Callable[..., Any], *, formats: bool) -> Callable[..., Any]:
    @functools.wraps(filter_)  # which also says whether it wants the environment first
    def watched(*arguments: Any, **named: Any) -> Any:
        _check_numbers(*arguments, *named.values())
        if formats and isinstance(arguments[0], str):
            _check_format(arguments[0])
        return _bounded(filter_(*arguments, **named))

    return watched


@dataclass(slots=True, kw_only=True)
class Budget:
    """What documents can need together: so many characters, and so many seconds to make them."""

    characters: int
    seconds: float

    def spend(self, pieces: Iterable[str]) -> Iterator[str]:
        """The pieces of a document, as long as there is something left.

        Raises `TemplateError` beyond that.
        """
        for piece in pieces:
            self.characters -= len(piece)
            if self.characters < 0:
                raise TemplateError("A template says more than an edition of this size can need.")
            yield piece

    @contextmanager
    def timed(self) -> Iterator[None]:
        """Raise `TemplateError` where rendering takes longer than what is left.

        A loop that says nothing can only be ended by a signal, which only the main thread gets;
        elsewhere there is no limit.
        """
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        allowed, started = self.seconds, time.monotonic()

        def stop(_number: int, _frame: FrameType | None) -> None:
            raise TemplateError(f"The templates take more than {allowed:.0f} seconds.")

        before = signal.signal(signal.SIGALRM, stop)
        signal.setitimer(signal.ITIMER_REAL, max(allowed, _LEAST))
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
            self.seconds -= time.monotonic() - started


_LEAST = 0.001
"""A timer of no seconds would be none."""


def budget_for(editions: Iterable[Edition]) -> Budget:
    """What a document made of these editions can need."""
    characters, seconds = 20_000_000, SECONDS
    for edition in editions:
        characters += 200 * edition.tally.characters + 2_000 * len(edition.entries)
        seconds += edition.tally.sentences / 50
    return Budget(characters=characters, seconds=seconds)


SECONDS = 60.0
"""What any edition may take; larger ones take longer."""
