"""What options may be given: moments, days, seconds, texts that somebody has to understand."""

from __future__ import annotations

import math
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import click

from digest.config import MOST_SECONDS, find_zone
from digest.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable


class Moment(click.ParamType[datetime]):
    """A date with or without a time, in ISO 8601, as Dutch time; without an offset it is that."""

    name = "moment"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """The aware moment."""
        zone = find_zone()
        try:
            moment = datetime.fromisoformat(value)
            return moment.astimezone(zone) if moment.tzinfo else moment.replace(tzinfo=zone)
        except (ValueError, OverflowError):
            self.fail(f"{value!r} is not a date like 2026-11-22 or 2026-11-22T14:30.", param, ctx)


class Day(click.ParamType[date]):
    """A date in ISO 8601."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The date."""
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is not a date like 2026-11-22.", param, ctx)


class Seconds(click.FloatRange):
    """Seconds, `least` or more and at most a week; infinity and what is no number are neither."""

    def __init__(self, least: float) -> None:
        super().__init__(least, MOST_SECONDS)

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """The number."""
        seconds: float = super().convert(value, param, ctx)
        if not math.isfinite(seconds):  # which is in every range
            self.fail(f"{value} is not a number of seconds.", param, ctx)
        return seconds


class Checked(click.ParamType[str]):
    """A text that `check` can read; it raises `UsageError` for others."""

    def __init__(self, name: str, check: Callable[[str], object]) -> None:
        self.name = name
        self._check = check

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The text as it is."""
        try:
            self._check(value)
        except UsageError as error:
            self.fail(str(error), param, ctx)
        return str(value)
