"""How far something is, for whoever wants to see it."""

from collections.abc import Callable

Progress = Callable[[int, int, str], None]
"""Told how much is done, of how much in all, and what it was about."""


def unseen(_done: int, _total: int, _what: str) -> None:
    """Progress that nobody looks at."""
