"""How often something runs: intervals, and what cron can say of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Iterable

_INTERVAL = re.compile(r"([0-9]{1,4})\s*([mh])", re.IGNORECASE)
_HOUR, _DAY = 60, 1440
CRON = tuple(n for n in range(1, _DAY + 1) if _HOUR % n == 0 or (n % _HOUR == 0 and _DAY % n == 0))
"""The minutes of all intervals that come out even: cron begins anew every hour and every day."""


class Interval(click.ParamType[int]):
    """An interval such as 30m or 2h, in minutes."""

    name = "interval"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The minutes."""
        found = _INTERVAL.fullmatch(str(value).strip())
        minutes = int(found[1]) * (_HOUR if found[2].lower() == "h" else 1) if found else 0
        if not 1 <= minutes <= _DAY:
            self.fail(f"{value!r} is not an interval like 30m or 2h, of a day at most.", param, ctx)
        return minutes


def shown(minutes: int) -> str:
    """An interval as it is written: `30m`, `2h`."""
    return f"{minutes}m" if minutes % _HOUR else f"{minutes // _HOUR}h"


def nearest(minutes: int) -> Iterable[int]:
    """The nearest intervals that cron can say, the shorter one first."""
    below = max((each for each in CRON if each < minutes), default=0)
    above = min((each for each in CRON if each > minutes), default=0)
    return filter(None, (below, above))


def cron_times(minutes: int) -> str:
    """The first two fields of a line of cron. Only for what is in `CRON`."""
    if minutes < _HOUR:
        return f"*/{minutes} *" if minutes > 1 else "* *"
    hours = minutes // _HOUR
    return f"0 */{hours}" if 1 < hours < _DAY // _HOUR else "0 *" if hours == 1 else "0 0"
