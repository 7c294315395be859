"""What commands share: options, the clock, standard output and error."""

from __future__ import annotations

import os
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from digest.cli.groups import gather, options
from digest.cli.progress import ProgressBar
from digest.cli.streams import note, read_stdin, warn
from digest.cli.types import Moment, Seconds
from digest.config import SOURCE_SECONDS, Folders, find_folders, find_zone
from digest.errors import ModelError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from digest.archive.store import Archive
    from digest.news import Complete
    from digest.sources.spec import Reading, SourceSpec
    from digest.translation.measure import Measurement, Measurements
    from digest.translation.packages import Installed
    from digest.translation.tasks import Recipe
    from digest.translation.translate import Memory, Translator


def complete_files(
    _context: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Files, for what may be one and much else."""
    return [CompletionItem(incomplete, type="file")]


sources_argument = click.argument(
    "sources", nargs=-1, metavar="[SOURCES]...", shell_complete=complete_files
)
as_of_option = click.option(
    "--as-of",
    type=Moment(),
    help="The moment from which `20 minuten geleden` counts back.  "
    "[default: when each source was last changed]",
)
_translation_options = (
    click.option("--model", default="", help="Use this model instead of the best one."),
    click.option(
        "--beam-size",
        type=click.IntRange(0, 32),
        default=0,
        help="Hypotheses searched at once; 1 is fastest, 0 is the model's own default.",
    ),
    click.option(
        "--jobs", type=click.IntRange(0, 256), default=0, help="Processor threads; 0 uses all."
    ),
    click.option(
        "--batch-tokens",
        type=click.IntRange(0, 65536),
        default=0,
        help="Tokens translated at once by a thread; 0 is the model's own default.",
    ),
    click.option(
        "--compute-type",
        type=click.Choice(["default", "auto", "int8", "int16", "float32"]),
        default="default",
        show_default=True,
        help="How the model calculates; `default` is as it is stored.",
    ),
    click.option(
        "--glossary",
        type=click.Path(path_type=Path, dir_okay=False),
        help="A CSV or TOML file of names and terms: source, target, note.",
    ),
    click.option(
        "--house-style",
        type=click.Choice(["ap", "bbc"]),
        default="ap",
        show_default=True,
        help="Whose English spelling of foreign names: Zelenskyy or Zelensky.",
    ),
    click.option(
        "--meaning/--no-meaning",
        default=True,
        help="Look whether the meaning of every word arrived.  [default: meaning]",
    ),
    click.option(
        "--memory/--no-memory",
        default=True,
        show_default=True,
        help="Remember translations, and use what is remembered.",
    ),
    click.option(
        "--memory-days",
        type=click.IntRange(0, 100_000),
        default=180,
        show_default=True,
        help="Forget what was not used for so many days; 0 forgets nothing.",
    ),
    options("Other", click.option("-q", "--quiet", is_flag=True, help="Say nothing but errors.")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TranslationOptions:
    """What the options of all commands that translate say."""

    model: str
    beam_size: int
    jobs: int
    batch_tokens: int
    compute_type: str
    glossary: Path | None
    house_style: str
    meaning: bool
    memory: bool
    memory_days: int
    quiet: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingOptions:
    """What the options about reading sources say."""

    source_timeout: float
    full_text: bool
    full_text_time: float


source_timeout_option = click.option(
    "--source-timeout",
    type=Seconds(0.1),
    default=SOURCE_SECONDS,
    show_default=True,
    help="Seconds that a source on the web may take in all.",
)
reading_options = gather(
    ReadingOptions,
    "reading",
    "Sources",
    source_timeout_option,
    click.option(
        "--full-text",
        is_flag=True,
        help="Fetch the page behind each new item, and use its text where that is longer.",
    ),
    click.option(
        "--full-text-time",
        type=Seconds(1),
        default=120.0,
        show_default=True,
        help="Seconds that all these pages may take together.",
    ),
)
keep_days_option = click.option(
    "--keep-days",
    type=click.IntRange(1, 100_000),
    default=90,
    show_default=True,
    help="Keep what was collected for so many days after it was delivered; all else until it is.",
)
translation_options = gather(
    TranslationOptions, "translation", "Translation", *_translation_options
)
verbose_option = click.option(
    "-v", "--verbose", count=True, help="Say what was done; -vv shows where an error came from."
)


def folders() -> Folders:
    """The folders, from the environment of the process."""
    return find_folders(os.environ)


MOST_NUMBER = 2**63 - 1
"""What a number of an edition or message can be at most."""


@contextmanager
def open_archive() -> Iterator[Archive]:
    """The archive, for commands that look into it."""
    from digest.addresses import address_key
    from digest.archive.store import Archive

    with closing(Archive(folders().archive, address_key=address_key)) as archive:
        yield archive


def find_specs(sources: tuple[str, ...], context: click.Context) -> tuple[SourceSpec, ...]:
    """The sources of the command line, else those of the configuration, else the samples."""
    from digest.sources.spec import SourceSpec

    configured: tuple[SourceSpec, ...] = context.find_root().obj or ()
    if sources or not configured:
        return tuple(SourceSpec(location=source) for source in sources or (str(folders().seeds),))
    return configured


def explain_first_use(sources: tuple[str, ...], context: click.Context) -> None:
    """Raise `ModelError` with the way to a first edition, where there is nothing for one."""
    if sources or context.find_root().obj or find_installed(folders()):
        return
    raise ModelError(
        "There is no model yet, and no source. This makes a first edition:",
        hint="`digest models setup` gets the best model that can be had, once, about 350 MB.\n"
        "`digest sources add ADDRESS` notes a feed, page, folder or mailbox for every day.\n"
        "`digest run` makes the edition; without a source it is one of samples.",
    )


def check_asked(sources: tuple[str, ...], context: click.Context) -> None:
    """Raise `UsageError` where there are samples only, which nobody waits for."""
    if not sources and not context.find_root().obj:
        raise UsageError("There is no source.", hint="Name one, or `digest sources add` one.")


def find_asked(
    sources: tuple[str, ...], context: click.Context, reading: ReadingOptions
) -> tuple[SourceSpec, ...]:
    """The same, with the whole text of all where the options ask for it."""
    specs = find_specs(sources, context)
    return tuple(replace(spec, full_text=spec.full_text or reading.full_text) for spec in specs)


def open_pages(
    specs: Iterable[SourceSpec], reading: ReadingOptions, now: datetime, *, shown: bool
) -> Complete:
    """What fetches the pages behind items of these sources."""
    from digest.sources.cache import Cache
    from digest.sources.fulltext import Fetching, Manners, complete
    from digest.sources.hosts import host_of, public_address, web_address

    hosts = (host_of(web_address(spec.location)) for spec in specs)
    fetching = Fetching(
        cache=Cache(folders().pages, public=public_address, warn=warn),
        manners=Manners(total=reading.full_text_time),
        named=frozenset(filter(None, hosts)),
        now=now,
        zone=find_zone(),
        progress=ProgressBar("Fetching", "pages", shown=shown),
    )
    return lambda articles: complete(articles, fetching)


def open_reading(
    as_of: datetime | None,
    now: datetime,
    *,
    timeout: float = 0,
    keep: bool = True,
    shown: bool = True,
) -> Reading:
    """What reading sources needs of this process: its clock, standard input and the web.

    A source on the web may take so many seconds (0: the default); with `keep` off nothing is kept
    of what it gives, with `shown` off no progress is shown.
    """
    from digest.sources.cache import Cache
    from digest.sources.hosts import public_address
    from digest.sources.spec import Reading
    from digest.sources.web import accept, fetch_all, reject

    cache = Cache(folders().web, public=public_address, warn=warn, keep=keep)
    return Reading(
        as_of=as_of,
        now=now,
        zone=find_zone(),
        stdin=read_stdin,
        fetch=lambda limits: fetch_all(
            limits, cache, progress=ProgressBar("Fetching", "sources", shown=shown)
        ),
        accept=lambda location, fetched, kind: accept(location, fetched, cache, kind=kind),
        reject=lambda location, fetched: reject(location, fetched, cache),
        timeout=timeout or SOURCE_SECONDS,
        progress=ProgressBar("Reading", "sources", shown=shown),
    )


def threads(jobs: int) -> int:
    """`jobs`, or the number of processors that this process may use."""
    if jobs:
        return jobs
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def find_recipe(places: Folders, options: TranslationOptions) -> tuple[Installed, Recipe]:
    """The chosen model, and how it is asked. Raises `ModelError` when there is none."""
    from digest.lexicon.lexicon import lexicon_digest
    from digest.translation.engine import Decoding
    from digest.translation.glossary import HouseStyle, house_names, read_glossary
    from digest.translation.packages import choose_model
    from digest.translation.tasks import Recipe

    chosen = choose_model(find_installed(places), options.model, measure=measure_installed)
    assert chosen.model is not None, "choose_model chooses usable ones"
    terms = house_names(HouseStyle(options.house_style))
    if options.glossary:
        terms += read_glossary(options.glossary)
    return chosen, Recipe(
        model=chosen.model,
        decoding=Decoding(beam_size=options.beam_size, batch_tokens=options.batch_tokens),
        compute_type=options.compute_type,
        terms=terms,
        meaning=options.meaning,
        words=lexicon_digest(),
    )


def open_memory(places: Folders, options: TranslationOptions, recipe: Recipe) -> Memory:
    """What was translated by a recipe before; where that is not wanted, in this run only."""
    from digest.translation.memory import MemorySettings, TranslationMemory
    from digest.translation.translate import memory_options

    settings = MemorySettings(
        path=places.memory,
        today=datetime.now(find_zone()).toordinal(),
        days=options.memory_days,
        kept=options.memory,
    )
    kept = memory_options(recipe.decoding, recipe.compute_type, meaning=recipe.meaning)
    return TranslationMemory(settings, model=recipe.model, options=kept, warn=warn)


def open_translator(places: Folders, options: TranslationOptions) -> Translator:
    """The translator for the chosen model. Raises `ModelError` when there is none."""
    from digest.translation.glossary import Glossary
    from digest.translation.packages import load_engine
    from digest.translation.translate import Translator
    from digest.translation.words import Words

    chosen, recipe = find_recipe(places, options)
    model, glossary = recipe.model, Glossary(recipe.terms)
    return Translator(
        replace(model, quality=f"{model.quality} {chosen.measured}.") if chosen.measured else model,
        lambda: load_engine(
            chosen, threads=threads(options.jobs), compute_type=options.compute_type
        ),
        decoding=recipe.decoding,
        glossary=glossary,
        words=Words(glossary.meanings, meaning=recipe.meaning),
        memory=open_memory(places, options, recipe),
        progress=ProgressBar("Translating", "sentences", shown=not options.quiet),
    )


def find_installed(places: Folders) -> tuple[Installed, ...]:
    """All installed models, the one that is used first, with what was measured of them."""
    from digest.translation.packages import find_models

    return find_models(places.packages, places.starter, _measurements(places).read())


def measure_installed(installed: Installed) -> Measurement:
    """Measure a model and note it; that takes seconds. Raises `ModelError` when it is damaged."""
    from digest.translation.measure import measure
    from digest.translation.packages import load_engine

    assert installed.model, "unusable ones cannot be measured"
    note(f"Measuring {installed.model} on news sentences (once)")
    measured = measure(load_engine(installed, threads=threads(0)))
    note_measured(installed.model.digest, measured)
    return measured


def note_measured(digest: str, measured: Measurement) -> None:
    """Keep what was measured of the model whose weights have this digest."""
    _measurements(folders()).note(digest, measured)


def _measurements(places: Folders) -> Measurements:
    from digest.translation.measure import Measurements

    return Measurements(places.measured, warn=warn)
