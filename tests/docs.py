"""The command reference and the man page, from the help texts.

`python -m tests.docs --write` makes docs/cli-reference.md and docs/digest.1, `--check` compares.
"""

import inspect
import re
import sys
from collections.abc import Iterator

import click

from digest import __version__
from digest.cli import main
from digest.cli.groups import grouped
from tests import CHECKOUT

_WIDTH = 88
_MAN_END = """.SH FILES
.TP
.I ~/.config/digest/config.toml
Settings and sources; \\fBdigest config example\\fR prints one.
.TP
.I ~/.local/share/digest
The archive, the memory, what was measured of models, and outside a checkout the models.
.TP
.I ~/.cache/digest
What sources on the web gave last, and the pages behind their items.
.SH ENVIRONMENT
.TP
.B DIGEST_MODELS
The folder of models.
.TP
.B DIGEST_SMTP_PASSWORD
The password of the mail server.
.TP
.BR ARGOS_PACKAGES_DIR ", " ARGOS_PACKAGE_INDEX
Packages of an Argos Translate that is there already; another index of packages.
.TP
.B NO_COLOR
No emphasis on a terminal.
.PP
Any option can be set by a variable: \\fBDIGEST_RUN_WIDTH\\fR is \\fBdigest run \\-\\-width\\fR.
.SH SEE ALSO
.BR argos\\-translate (1),
.BR sendmail (8),
.BR crontab (5)
"""


def reference() -> str:
    """The help of every command, in Markdown."""
    sections = ["# Command reference\n\nGenerated from `--help` by `make fix`.\n"]
    for context in _contexts(_root()):
        text = context.get_help()
        sections.append(f"## {context.command_path}\n\n```text\n{text}\n```\n")
    return "\n".join(sections)


def man_page() -> str:
    """The same as a man page, in the macros of man(7)."""
    root, *others = _contexts(_root())
    first, *more = _paragraphs(root.command)
    lines = [
        f'.TH DIGEST 1 "" "digest {__version__}" "User commands"',
        ".SH NAME",
        "digest \\- Dutch news as a dated, bilingual edition, translated offline",
        ".SH SYNOPSIS",
        ".B digest",
        _roff(root.get_usage().partition(root.command_path)[2].strip()),
        ".SH DESCRIPTION",
        first,
        ".SH OPTIONS",
        *_options(root),
        ".SH COMMANDS",
        *(line for context in others for line in _command(context)),
        ".SH EXIT STATUS",
        *more,
    ]
    return "\n".join(lines) + "\n" + _MAN_END


def _root() -> click.Context:
    names = main.context_settings["help_option_names"]
    return click.Context(main, info_name="digest", help_option_names=names)


def _command(context: click.Context) -> Iterator[str]:
    usage = context.get_usage().partition(context.command_path)[2]
    yield f'.SS "{_roff(f"{context.command_path}{usage}")}"'
    first, *more = _paragraphs(context.command)
    yield first
    for paragraph in more:
        yield f".PP\n{paragraph}"
    yield from _options(context)


def _options(context: click.Context) -> Iterator[str]:
    for title, records in grouped(context).items():
        if context.parent and title:
            yield f".PP\n.I {_roff(title)}:"
        for names, text in records:
            yield f".TP\n.B {_roff(names)}\n{_roff(text)}"


def _paragraphs(command: click.Command) -> list[str]:
    text = inspect.cleandoc(command.help or "")
    return [_roff(" ".join(part.split())) for part in text.split("\n\n")]


def _roff(text: str) -> str:
    """Text in which nothing is a request or an escape; what stands in backquotes is bold."""
    flat = " ".join(text.split()).replace("\\", "\\e").replace("-", "\\-")
    bold = re.sub(r"`([^`]*)`", r"\\fB\1\\fR", flat.replace("·", "\\(pc"))
    return f"\\&{bold}" if bold.startswith((".", "'")) else bold


def _contexts(context: click.Context) -> Iterator[click.Context]:
    context.terminal_width = context.max_content_width = _WIDTH
    yield context
    if isinstance(context.command, click.Group):
        for name in context.command.list_commands(context):
            command = context.command.get_command(context, name)
            assert command
            yield from _contexts(click.Context(command, info_name=name, parent=context))


MADE = {
    CHECKOUT / "docs" / "cli-reference.md": reference,
    CHECKOUT / "docs" / "digest.1": man_page,
}

if __name__ == "__main__":
    for path, make in MADE.items():
        if "--write" in sys.argv:
            path.write_text(make(), encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != make():
            sys.exit(f"{path.name} is not what --help says; `make fix` rewrites it.")
