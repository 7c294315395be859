"""What the edition itself says, in both languages."""

from collections.abc import Iterator
from datetime import datetime

from digest.calendar import clock_en, long_date_en
from digest.counting import counted
from digest.edition import Edition

DOUBTFUL = "[?]"
"""Stands right behind a doubtful sentence, as a reference to a note does."""

LABELS = {
    "contents": ("In this edition", "In deze editie"),
    "articles": ("Articles", "Artikelen"),
    "about": ("About this edition", "Over deze editie"),
    "words": ("Less common words", "Minder gewone woorden"),
    "updated": ("updated", "bijgewerkt"),
    "correction": ("correction", "correctie"),
    "empty": ("No news today.", "Geen nieuws vandaag."),
    "original": ("Read the original", "Lees het origineel"),
    "source": ("Source", "Bron"),
    "picture": ("Picture:", "Foto:"),
    "first sentences": ("The rest is in the original.", "De rest staat in het origineel."),
    "cut": ("The rest was left out.", "De rest is weggelaten."),
    "shortened": (
        "Shortened; the rest is in the full edition.",
        "Ingekort; de rest staat in de volledige editie.",
    ),
}
"""English and Dutch by name."""


def summary_only(reason: str) -> tuple[str, str]:
    """Why an item has a summary only, though its whole text was wanted."""
    return f"A summary only: {reason}.", f"Alleen een samenvatting ({reason})."


def doubtful(count: int) -> str:
    """How many sentences are marked."""
    sentences = counted(count, "sentence is", "sentences are")
    return f"{sentences} doubtful and marked {DOUBTFUL}."


def left_out(count: int) -> str:
    """How many items stand in the full edition only."""
    return f"{counted(count, 'item more is', 'items more are')} in the full edition."


def unlisted(count: int) -> str:
    """How many sources, and problems with some, are named in the full edition only."""
    return f"{counted(count, 'source more is', 'sources more are')} named in the full edition."


def asides(count: int) -> str:
    """How many lines are no news."""
    lines = counted(count, "line that is", "lines that are")
    was = "was" if count == 1 else "were"
    return f"{lines} no news (advertisements, links, credits) {was} left out."


def source_line(name: str, as_of: datetime) -> str:
    """A source, and the moment its relative times count back from."""
    return f"Source: {name}, as of {clock_en(as_of)} on {long_date_en(as_of)}."


def notes(edition: Edition, *, translated: bool) -> Iterator[str]:
    """The lines at the foot: who translated, what is doubtful, what is left out, the sources."""
    if edition.model and translated:
        yield f"Translated by {edition.model.name}. {edition.model.quality}"
        if edition.doubtful:
            yield doubtful(edition.doubtful)
        if edition.tally.terms:
            terms = ", ".join(
                f"{term.source} → {term.target or term.source}" for term in edition.tally.terms
            )
            yield f"Settled by the glossary: {terms}."
    if edition.asides:
        yield asides(edition.asides)
    if edition.left_out:
        yield left_out(edition.left_out)
    for source in edition.sources:
        yield source_line(source.name, source.as_of)
    for problem in edition.problems:
        yield f"Left out: {problem.source} {problem.reason}."
    if edition.unlisted:
        yield unlisted(edition.unlisted)
