"""Options that belong together: in one value for a command, under one title in its help."""

from __future__ import annotations

import functools
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable

_titles: dict[click.Parameter, str] = {}
"""Under which title the help shows an option; under `Other` where it is not said."""
_OTHER = "Other"


class Grouped(click.Command):
    """A command whose help shows its options in groups, in reading order."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """See click."""
        for title, records in grouped(ctx).items():
            with formatter.section(title):
                formatter.write_dl(records)


def grouped(context: click.Context) -> dict[str, list[tuple[str, str]]]:
    """The names and help of the options of a command, by the titles under which they stand."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for option in context.command.get_params(context):
        record = option.get_help_record(context) if isinstance(option, click.Option) else None
        if record:
            groups.setdefault(_titles.get(option, _OTHER), []).append(record)
    groups[_OTHER] = groups.pop(_OTHER)  # the last one; --help is always in it
    return groups


def options(title: str, *decorators: Callable[..., Any]) -> Callable[..., Any]:
    """Several options as one decorator, in reading order, under a title unless they have one."""

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        for decorator in reversed(decorators):
            command = decorator(command)
            _titles.setdefault(command.__click_params__[-1], title)  # type: ignore[attr-defined]
        return command

    return decorate


def gather(
    kind: type, name: str, title: str, *decorators: Callable[..., Any]
) -> Callable[..., Any]:
    """Options whose values go to a command together, as one value of the dataclass `kind`."""
    names = [part.name for part in fields(kind)]

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(command)
        def with_one_value(*context: click.Context, **values: Any) -> Any:
            chosen = {part: values.pop(part) for part in names}
            return command(*context, **values, **{name: kind(**chosen)})

        decorated: Callable[..., Any] = options(title, *decorators)(with_one_value)
        return decorated

    return decorate
