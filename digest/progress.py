"""How far something is, for whoever wants to see it."""

from collections.abc import Callable
from dataclasses import dataclass

Progress = Callable[[int, int, str], None]
"""Told how much is done, of how much in all, and what it was about."""


def unseen(_done: int, _total: int, _what: str) -> None:
    """Progress that nobody looks at."""


@dataclass(slots=True)
class Batches:
    """Progress of what is done in batches, as progress of the whole.

    How much the whole is nobody knows before the last one: it is taken to be like this one.
    """

    progress: Progress
    before: int = 0
    now: int = 0
    factor: float = 0.0

    def begin(self, items: int, left: int) -> None:
        """Another batch begins, of so many items; so many are left for others."""
        self.before += self.now
        self.now = 0
        self.factor = left / items if items else 0.0

    def __call__(self, done: int, total: int, what: str) -> None:
        """How far the batch is; of a second round, for some of it again, only the end counts."""
        self.now = max(self.now, total)
        whole = self.before + self.now + round(self.now * self.factor)
        self.progress(self.before + self.now - total + done, whole, what)

    def end(self) -> None:
        """All batches are done."""
        if self.before:
            whole = self.before + self.now
            self.progress(whole, whole, "")
