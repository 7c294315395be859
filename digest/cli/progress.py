"""Progress on a terminal: a bar with rate, time left and what is being read or translated."""

from __future__ import annotations

import contextlib
import sys
from typing import Any

from digest.cli.streams import below_progress, is_terminal
from digest.plaintext import plain_line

_KNOWN = (
    "{desc} {percentage:3.0f}%|{bar:20}| {n_fmt}/{total_fmt} {rate_fmt} {remaining} left{postfix}"
)
_UNKNOWN = "{desc} {n_fmt} {rate_fmt}{postfix}"
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

    def __call__(self, done: int, total: int, what: str = "") -> None:
        """Show how far it is; a `total` of 0 is not known."""
        if not self._shown:
            return
        with contextlib.suppress(OSError, ValueError):  # a terminal that is gone stops nothing
            bar = self._bar = self._bar or self._open(done, total)
            bar.total = total or None
            bar.set_postfix_str(_shortened(what), refresh=False)
            bar.update(done - bar.n)
            if total and done >= total:
                self.close()

    def close(self) -> None:
        """Wipe the bar."""
        if self._bar is not None:
            below_progress.pop()
            self._bar.close()
            self._bar = None

    def _open(self, done: int, total: int) -> Any:
        from tqdm import tqdm

        tqdm.monitor_interval = 0  # no thread that looks after the bar
        bar = tqdm(
            desc=self._label,
            total=total or None,
            initial=done,
            unit=self._unit,
            unit_scale=self._unit == "B",
            file=sys.stderr,
            leave=False,
            dynamic_ncols=True,
            bar_format=_KNOWN if total else _UNKNOWN,
        )
        below_progress.append(bar.clear)
        return bar


def _shortened(text: str) -> str:
    line = plain_line(text)
    return line if len(line) <= _MOST_TEXT else f"{line[: _MOST_TEXT - 1]}…"
