"""`digest word`: look words up in the word list and in past editions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from digest.cli.console import folders, open_archive
from digest.cli.streams import print_line, warn
from digest.errors import ArchiveError
from digest.plaintext import plain_line, readable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from digest.edition import Edition, Entry, Sentence
    from digest.lexicon.lexicon import Lexicon

_NOT_FOUND = 3


@click.command()
@click.argument("terms", nargs=-1, required=True)
@click.option(
    "--sentences",
    type=click.IntRange(0),
    default=3,
    show_default=True,
    help="So many sentences of past editions that have the word.",
)
def word(*, terms: tuple[str, ...], sentences: int) -> None:
    """Look Dutch TERMS up: their meanings, expressions with them, sentences that have them.

    A term is a word in any form, or an expression in quotes. What the word list does not have
    is not guessed: a compound shows its parts, another word nothing. Exits with 3 when a term
    was not found.
    """
    from digest.lexicon.lexicon import load_lexicon

    lexicon = load_lexicon()
    missing = False
    for term in terms:
        wanted = plain_line(readable(term)).lower()
        lines = list(_lines(wanted, lexicon))
        missing = missing or not lines
        for line in lines or [f"{wanted}: not in the word list"]:
            print_line(line)
        for line in _examples(wanted, sentences) if sentences else ():
            print_line(line)
    if missing:
        raise click.exceptions.Exit(_NOT_FOUND)


def _lines(term: str, lexicon: Lexicon) -> Iterator[str]:
    """What is known of a term: the word itself, or its parts, and expressions."""
    from digest.lexicon.lemmas import dutch_lemma

    lemma = dutch_lemma(term)
    entries = [entry for form in dict.fromkeys((term, lemma)) if (entry := lexicon.entry(form))]
    for entry in entries:
        yield f"{entry.head}: {'; '.join(entry.glosses)}"
    if not entries and (parts := next(lexicon.compounds(term), None)):
        yield f"{term}, a compound:"
        yield from (f"  {part.head}: {'; '.join(part.glosses)}" for part in parts)
    for entry in lexicon.expressions_with({term, lemma}):
        yield f"  {entry.head}: {'; '.join(entry.glosses)}"


def _examples(term: str, count: int) -> Iterator[str]:
    """Sentences of past editions that have a term, each with its translation."""
    from digest.editions import past_edition

    if not folders().archive.exists():
        return
    editions: dict[int, Edition] = {}
    with open_archive() as archive:
        found = archive.search(term, count) if any(map(str.isalnum, term)) else ()
        for number in dict.fromkeys(item.edition for item in found):
            try:
                if edition := past_edition(archive, number):
                    editions[number] = edition
            except ArchiveError as error:
                warn(error)
    for item in found:
        for entry in editions[item.edition].entries if item.edition in editions else ():
            having = [part for part in _sentences(entry) if term in part.dutch.lower()]
            if entry.number == item.number and having:
                yield f"  {item.day}, item {item.number}"
                yield f"    {having[0].dutch}"
                yield f"    {having[0].english}"


def _sentences(entry: Entry) -> Iterator[Sentence]:
    for passage in (entry.headline, *entry.paragraphs):
        if passage:
            yield from passage.sentences
