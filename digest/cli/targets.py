"""Which documents a run makes, how each looks and where it goes."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import TYPE_CHECKING

from digest.edition import Edition, Layout
from digest.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from digest.rendering.environment import Templates
    from digest.rendering.view import Look


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A format with its layout and where it goes; without a file to standard output."""

    form: str
    layout: Layout
    output: Path | None


def pair_targets(
    formats: tuple[str, ...], layouts: tuple[str, ...], outputs: tuple[Path, ...]
) -> list[Target]:
    """Each format with its layout and its file, in the order in which they were given.

    Raises `UsageError` unless there is a file for every format but at most one, and one
    layout for all or one for each.
    """
    formats = formats or ("text",)
    if len(outputs) > len(formats):
        raise UsageError("There are more --output than --format.", hint="Give a --format for each.")
    if len(formats) - len(outputs) > 1:
        raise UsageError(
            "Only one format can go to standard output.", hint="Give an --output for the others."
        )
    layouts = layouts or (Layout.INTERLEAVED.value,)
    if len(layouts) == 1:
        layouts *= len(formats)
    if len(layouts) != len(formats):
        raise UsageError("Give one --layout for all formats, or one for each.")
    return [
        Target(form=form, layout=Layout(layout), output=output)
        for (form, layout), output in zip_longest(zip(formats, layouts, strict=True), outputs)
    ]


def render_target(
    edition: Edition,
    target: Target,
    look: Look,
    templates: Templates,
    *,
    max_size: int,
    warn: Callable[[str], None],
) -> list[tuple[str, Path | None]]:
    """The document of a target; when it was shortened to `max_size` kilobytes, also the whole.

    Mail that is too large to be shown whole is worth a warning.
    """
    from digest.rendering.environment import Format, render
    from digest.rendering.size import WARN_ABOVE, fit_size

    form = Format(target.form)
    look = replace(look, layout=target.layout)

    def make(version: Edition) -> str:
        return render(version, form, look, templates)

    def size(version: Edition) -> int:
        return len(make(version).encode("utf-8"))

    whole = make(edition)
    if form is not Format.HTML:
        return [(whole, target.output)]
    most = max_size * 1000 or WARN_ABOVE
    if len(whole.encode("utf-8")) <= most:
        return [(whole, target.output)]
    kilobytes = len(whole.encode("utf-8")) // 1000
    if not max_size:
        warn(f"The html is {kilobytes} KB; Gmail clips at 102 KB. --max-size 90 shortens it.")
        return [(whole, target.output)]
    short = make(fit_size(edition, size, most))
    if target.output is None:
        warn(f"The html was shortened from {kilobytes} KB; with --output the whole is saved too.")
        return [(short, None)]
    full = target.output.with_suffix(f".full{target.output.suffix}")
    warn(f"The html was shortened from {kilobytes} KB; the whole is {full}.")
    return [(whole, full), (short, target.output)]


def wants_color(choice: str, output: Path | None) -> bool:
    """Whether text may be emphasised: on a terminal that does not refuse it, or when told to."""
    if choice == "auto":
        return output is None and sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    return choice == "always"
