"""docs/cli-reference.md, from the help texts: `python -m tests.docs --write` or `--check`."""

import sys
from collections.abc import Iterator

import click

from digest.cli import main
from tests import CHECKOUT

REFERENCE = CHECKOUT / "docs" / "cli-reference.md"
_WIDTH = 88


def reference() -> str:
    """The help of every command, in Markdown."""
    sections = ["# Command reference\n\nGenerated from `--help` by `make fix`.\n"]
    for context in _contexts(click.Context(main, info_name="digest")):
        text = context.get_help()
        sections.append(f"## {context.command_path}\n\n```text\n{text}\n```\n")
    return "\n".join(sections)


def _contexts(context: click.Context) -> Iterator[click.Context]:
    context.terminal_width = context.max_content_width = _WIDTH
    yield context
    if isinstance(context.command, click.Group):
        for name in context.command.list_commands(context):
            command = context.command.get_command(context, name)
            assert command
            yield from _contexts(click.Context(command, info_name=name, parent=context))


if __name__ == "__main__":
    if "--write" in sys.argv:
        REFERENCE.write_text(reference(), encoding="utf-8")
    elif not REFERENCE.exists() or REFERENCE.read_text(encoding="utf-8") != reference():
        sys.exit("docs/cli-reference.md is not what --help says; `make fix` rewrites it.")
