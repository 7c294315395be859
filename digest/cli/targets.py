"""Which documents a run makes, how each looks and where it goes."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import TYPE_CHECKING

from digest.cli.streams import is_terminal
from digest.edition import Edition, Format, Layout
from digest.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from digest.delivery.output import Rendered
    from digest.rendering.documents import Making
    from digest.rendering.message import Envelope
    from digest.sources.spec import SourceSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A format with its layout and where it goes; without a file to standard output."""

    form: Format
    layout: Layout
    output: Path | None

    @property
    def is_mail(self) -> bool:
        """Whether it is a message, which is for its recipients alone."""
        return self.form is Format.EML


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
        Target(form=Format(form), layout=Layout(layout), output=output)
        for (form, layout), output in zip_longest(zip(formats, layouts, strict=True), outputs)
    ]


def check_outputs(targets: Sequence[Target], specs: Iterable[SourceSpec]) -> None:
    """Raise `UsageError` where two documents would go to one file, or one over a source.

    And for a book on a terminal.
    """
    from digest.sources.files import is_file_of

    outputs: list[Path] = []
    for target in targets:
        if target.form is Format.EPUB and not target.output and is_terminal(sys.stdout):
            raise UsageError("A book is nothing for a terminal.", hint="Give a file with --output.")
        if target.output:
            places = [target.output]
            if target.form is Format.HTML:
                places.append(whole_beside(target.output))
            if any(_are_one(place, other) for place in places for other in outputs):
                raise UsageError(f"Two documents would go to {target.output}.")
            outputs += places
    for spec in specs:
        for output in outputs:
            if is_file_of(output, spec):
                raise UsageError(f"{output} is a source, and is not written over.")


def _are_one(path: Path, other: Path) -> bool:
    """Whether two paths lead to one file; a device or pipe may be written by several."""
    try:
        if path.exists() and other.exists():
            return path.is_file() and path.samefile(other)
    except OSError:
        pass
    return os.path.realpath(path) == os.path.realpath(other)


def whole_beside(output: Path) -> Path:
    """Where the whole of a shortened document goes."""
    return output.with_suffix(f".full{output.suffix}")


def render_target(
    edition: Edition, target: Target, making: Making, envelope: Envelope | None
) -> list[tuple[Rendered, Path | None]]:
    """The document of a target; when it had to be shortened, also the whole.

    `envelope` is needed for a mail message only.
    """
    from digest.delivery.output import hold
    from digest.rendering.documents import make_document, make_html, make_mail

    if target.form is Format.EML:
        assert envelope, "a run with this format has sender and recipients"
        return [(make_mail(edition, making, envelope), target.output)]
    if target.form is not Format.HTML:
        return [(hold(make_document(edition, target.form, making)), target.output)]
    html, whole = make_html(edition, making)
    documents: list[tuple[Rendered, Path | None]] = [(html.encode(), target.output)]
    if whole and target.output:
        full = whole_beside(target.output)
        making.warn(f"The html was shortened; the whole is {full}.")
        documents.insert(0, (whole.encode(), full))
    elif whole:
        making.warn("The html was shortened; with --output the whole is saved too.")
    return documents


def for_target(making: Making, target: Target, *, color: str, hyperlinks: str) -> Making:
    """How the document of a target is made, and where it will be found."""
    on_terminal = target.output is None and is_terminal(sys.stdout)
    look = replace(
        making.look,
        layout=target.layout,
        color=_wants(color, auto=on_terminal and not os.environ.get("NO_COLOR")),
        hyperlinks=_wants(hyperlinks, auto=on_terminal and knows_hyperlinks(os.environ)),
    )
    name = target.output.name if target.output else ""
    return replace(making, look=look, place=replace(making.place, name=name))


def _wants(choice: str, *, auto: bool) -> bool:
    return auto if choice == "auto" else choice == "always"


def knows_hyperlinks(environment: Mapping[str, str]) -> bool:
    """Whether the terminal is one that is known to open links (OSC 8).

    By the variables that those terminals set; inside tmux or screen nobody knows.
    """
    term = environment.get("TERM", "")
    if term in ("", "dumb") or term.startswith(("screen", "tmux")) or "TMUX" in environment:
        return False
    vte, konsole = environment.get("VTE_VERSION", ""), environment.get("KONSOLE_VERSION", "")
    return (
        environment.get("TERM_PROGRAM", "") in _LINKING_PROGRAMS
        or term.startswith(_LINKING_TERMS)
        or bool(_LINKING_VARIABLES & environment.keys())
        or (vte.isdecimal() and int(vte) >= _FIRST_VTE)
        or (konsole.isdecimal() and int(konsole) >= _FIRST_KONSOLE)
    )


_LINKING_PROGRAMS = frozenset({"iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper", "rio"})
_LINKING_TERMS = ("xterm-kitty", "xterm-ghostty", "foot", "alacritty", "wezterm", "contour")
_LINKING_VARIABLES = frozenset({"WT_SESSION", "KITTY_WINDOW_ID", "DOMTERM"})
_FIRST_VTE, _FIRST_KONSOLE = 5000, 201200
"""VTE 0.50 and Konsole 20.12 were the first that did."""
