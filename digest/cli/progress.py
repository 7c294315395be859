"""Progress on a terminal: a bar with rate, time left and what is being read or translated."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import Any

from digest.cli.streams import is_terminal
from digest.interrupt import wipes
from digest.plaintext import plain_line

_BEGIN = "{desc} |{bar}| {n_fmt}/{total_fmt}{postfix}"
_KNOWN = "{desc} |{bar}| {n_fmt}/{total_fmt} {rate_noinv_fmt} {remaining} left{postfix}"
_NARROW = "{n_fmt}/{total_fmt} {remaining} left"
_UNKNOWN = "{desc} {n_fmt} {rate_noinv_fmt}{postfix}"
_FEWEST, _FEW = 20, 64
"""Below the one there is no room for anything, below the other none for a bar."""
_LEAST_BAR = 10
_MOST_TEXT = 40


class ProgressBar:
    """A bar on standard error while something goes on, where that is a terminal; nothing elsewhere.

    It is wiped when all is done. `unit` is what is counted; bytes (`B`) are shown in megabytes.
    """

    def __init__(self, label: str, unit: str, *, shown: bool) -> None:
        self._label = plain_line(label)
        self._unit = unit
        self._shown = shown and is_terminal(sys.stderr)
        self._bar: Any = None

    def __call__(self, done: int, total: int, what: str) -> None:
        """Show how far it is; a `total` of 0 is not known. What is done already is not shown."""
        is_done = bool(total) and done >= total
        width = _columns() if self._shown else 0
        if width < _FEWEST or (is_done and self._bar is None):
            return
        with contextlib.suppress(OSError, ValueError):  # a terminal that is gone stops nothing
            if self._bar is None:
                self._bar = self._open(done, total, width)
            bar = self._bar
            bar.ncols, bar.total = width - 1, total or None
            bar.bar_format = _shape(width, total=total, moved=done > bar.initial)
            bar.set_postfix_str(_shortened(what, width - _FEW - _LEAST_BAR), refresh=False)
            bar.update(done - bar.n)
            if is_done:
                self.close()

    def close(self) -> None:
        """Wipe the bar."""
        if self._bar is not None:
            wipes.remove(self._bar.clear)
            self._bar.close()
            self._bar = None

    def _open(self, done: int, total: int, width: int) -> Any:
        from tqdm import tqdm

        tqdm.monitor_interval = 0  # no thread that looks after the bar
        bar = tqdm(
            desc=self._label[: width // 3],
            total=total or None,
            initial=done,
            unit=self._unit if self._unit == "B" else f" {self._unit}",
            unit_scale=self._unit == "B",
            file=sys.stderr,
            leave=False,
            ncols=width - 1,
            smoothing=0,
            bar_format=_shape(width, total=total, moved=False),
        )
        wipes.append(bar.clear)
        return bar


def _columns() -> int:
    """How wide the terminal is; one that does not say is taken for a common one."""
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns or _USUAL
    except (OSError, ValueError):
        return _USUAL


_USUAL = 80


def _shape(width: int, *, total: int, moved: bool) -> str:
    if not total:
        return _UNKNOWN
    if width < _FEW:
        return _NARROW
    return _KNOWN if moved else _BEGIN


def _shortened(text: str, most: int) -> str:
    line, most = plain_line(text), min(most, _MOST_TEXT)
    if most < _LEAST_BAR:
        return ""
    return line if len(line) <= most else f"{line[: most - 1]}…"
