"""`digest translate`: translate text, a line a paragraph."""

from contextlib import closing

import click

from digest.cli.console import TranslationOptions, folders, open_translator, translation_options
from digest.cli.groups import Grouped
from digest.cli.streams import print_document, read_stdin
from digest.errors import InputError
from digest.plaintext import readable


@click.command(cls=Grouped)
@click.argument("text", required=False)
@translation_options
def translate(*, text: str | None, translation: TranslationOptions) -> None:
    """Translate TEXT, or standard input, from Dutch to English.

    Each line is a paragraph and becomes a line; empty lines stay.
    """
    from digest.pipeline import align, text_segments
    from digest.plaintext import plain
    from digest.sources.decoding import decode
    from digest.sources.finding import MOST_BYTES

    if text is None:
        text = decode(read_stdin(MOST_BYTES + 1), source="Standard input")
    elif not text.strip():
        raise InputError("TEXT", "is empty")
    if len(text) > MOST_BYTES:
        raise InputError("The text", f"is larger than {MOST_BYTES // 1_000_000} MB")
    lines = readable(text).splitlines()
    with closing(open_translator(folders(), translation)) as translator:
        sentences = translator(segment for line in lines for segment in text_segments(line))
    print_document("".join(f"{plain(align(line, sentences).english)}\n" for line in lines))
