"""`digest translate`: translate text, a line a paragraph."""

import sys
from contextlib import closing

import click

from digest.cli.console import (
    TranslationOptions,
    folders,
    open_translator,
    print_document,
    translation_options,
)
from digest.errors import InputError


@click.command()
@click.argument("text", required=False)
@translation_options
def translate(*, text: str | None, translation: TranslationOptions) -> None:
    """Translate TEXT, or standard input, from Dutch to English.

    Each line is a paragraph and becomes a line; empty lines stay.
    """
    from digest.pipeline import align, text_segments
    from digest.rendering.filters import plain
    from digest.sources.decoding import decode

    if text is None:
        text = decode(sys.stdin.buffer.read(), source="Standard input")
    elif not text.strip():
        raise InputError("TEXT", "is empty")
    lines = text.splitlines()
    with closing(open_translator(folders(), translation)) as translator:
        sentences = translator(segment for line in lines for segment in text_segments(line))
    print_document("".join(f"{plain(align(line, sentences).english)}\n" for line in lines))
