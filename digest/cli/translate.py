"""`digest translate`: translate text, a line a paragraph."""

import sys

import click

from digest.cli.console import (
    beam_size_option,
    folders,
    jobs_option,
    model_option,
    open_translator,
    options,
    print_document,
    quiet_option,
)
from digest.errors import InputError


@click.command()
@click.argument("text", required=False)
@options(model_option, beam_size_option, jobs_option, quiet_option)
def translate(*, text: str | None, model: str, beam_size: int, jobs: int, quiet: bool) -> None:
    """Translate TEXT, or standard input, from Dutch to English.

    Each line is a paragraph and becomes a line; empty lines stay.
    """
    from digest.pipeline import align, text_segments
    from digest.rendering.filters import english, plain
    from digest.sources.files import decode

    if text is None:
        text = decode(sys.stdin.buffer.read(), source="Standard input")
    elif not text.strip():
        raise InputError("TEXT", "is empty")
    lines = text.splitlines()
    translator = open_translator(
        folders(), model=model, beam_size=beam_size, jobs=jobs, progress=not quiet
    )
    sentences = translator(segment for line in lines for segment in text_segments(line))
    print_document("".join(f"{plain(english(align(line, sentences)))}\n" for line in lines))
