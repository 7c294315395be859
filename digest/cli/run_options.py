"""The options of `digest run` that are about looks and about which items."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from digest.choosing import Choice, read_age, read_choice, read_pattern
from digest.cleaning import clean
from digest.cli.console import folders, keep_days_option
from digest.cli.groups import gather
from digest.cli.types import Checked
from digest.edition import Alignment, Format, Layout, Sort
from digest.links import web_folder
from digest.plaintext import readable

if TYPE_CHECKING:
    from collections.abc import Callable

    from digest.rendering.environment import Templates
    from digest.rendering.view import Look

WORDS = Checked("words", read_pattern)
AGE = Checked("age", lambda text: read_age(text) if text else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class LookOptions:
    """What the options about looks say."""

    formats: tuple[str, ...]
    outputs: tuple[Path, ...]
    layouts: tuple[str, ...]
    lead: str
    align: str
    width: int
    color: str
    words: int
    sentences: int
    sort: str
    max_size: int
    hyperlinks: str
    base_url: str
    template_dir: Path | None
    pager: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectionOptions:
    """What the options about state say."""

    new: bool
    updates: bool
    limit: int
    catch_up: bool
    even_if_empty: bool
    force: bool
    dry_run: bool
    keep_days: int


def _check_title(context: click.Context, parameter: click.Parameter, value: str) -> str:
    if len(value) > _LONGEST_TITLE:
        reason = f"a title has at most {_LONGEST_TITLE} characters."
        raise click.BadParameter(reason, context, parameter)
    return readable(value)


_LONGEST_TITLE = 300


def title_option(of: str) -> Callable[..., Any]:
    """The option for the title of something."""
    return click.option(
        "--title",
        default="Dutch news digest · Nederlands nieuwsoverzicht",
        show_default=True,
        callback=_check_title,
        help=f"The title of the {of}.",
    )


template_dir_option = click.option(
    "--template-dir",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="A folder of templates that replace the shipped ones, one by one.",
)


def _check_address(context: click.Context, parameter: click.Parameter, value: str) -> str:
    """The address of a folder on the web, with its slash."""
    folder = web_folder(value)
    if value and not folder:
        reason = f"{value!r:.80} is no address of a folder like https://example.org/news/."
        raise click.BadParameter(reason, context, parameter)
    return folder


base_url_option = click.option(
    "--base-url",
    default="",
    callback=_check_address,
    help="Where the folder of the output will be on the web, for the own address of a feed.",
)
hyperlinks_option = click.option(
    "--hyperlinks",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    show_default=True,
    help="Headlines of text that open the original; auto is on terminals that are known to do it.",
)
pager_option = click.option(
    "--pager", is_flag=True, help="On a terminal, show it with the program that PAGER names."
)
lead_option = click.option(
    "--lead",
    type=click.Choice(["en", "nl"]),
    default="en",
    show_default=True,
    help="The language that stands first.",
)
align_option = click.option(
    "--align",
    type=click.Choice([align.value for align in Alignment]),
    default=Alignment.PARAGRAPH.value,
    show_default=True,
    help="Paragraph beside paragraph, or sentence beside sentence.",
)
width_option = click.option(
    "--width",
    type=click.IntRange(0, 1000),
    default=72,
    show_default=True,
    help="Columns of the text; 0 does not wrap.",
)
look_options = gather(
    LookOptions,
    "look",
    "Looks",
    click.option(
        "--format",
        "formats",
        type=click.Choice([form.value for form in Format]),
        multiple=True,
        help="What to make: html is for mail, web for a browser, eml a whole message, atom and "
        "jsonfeed for feed readers, epub for e-readers; repeat it together with --output.  "
        "[default: text]",
    ),
    click.option(
        "--output",
        "outputs",
        type=click.Path(path_type=Path, dir_okay=False),
        multiple=True,
        help="Write to this file instead of standard output.",
    ),
    click.option(
        "--layout",
        "layouts",
        type=click.Choice([layout.value for layout in Layout]),
        multiple=True,
        help="How the two languages stand; once for all formats, or once for each.  "
        "[default: interleaved]",
    ),
    lead_option,
    align_option,
    width_option,
    click.option(
        "--color",
        type=click.Choice(["auto", "always", "never"]),
        default="auto",
        show_default=True,
        help="Emphasis in text; auto is on a terminal, unless NO_COLOR is set.",
    ),
    click.option(
        "--words",
        type=click.IntRange(0, 100),
        default=0,
        show_default=True,
        help="List so many less common Dutch words with their sentences.",
    ),
    click.option(
        "--sentences",
        type=click.IntRange(0, 10_000),
        default=0,
        help="Show the first so many sentences of each item; 0 is all.",
    ),
    click.option(
        "--sort",
        type=click.Choice([sort.value for sort in Sort]),
        default=Sort.SECTION.value,
        show_default=True,
        help="Items by section, by source, or the newest first.",
    ),
    click.option(
        "--max-size",
        type=click.IntRange(0),
        default=0,
        help="Shorten html to so many kilobytes; the whole edition is saved beside it, or "
        "attached.  [default: only warn above 90]",
    ),
    hyperlinks_option,
    base_url_option,
    template_dir_option,
    pager_option,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceOptions:
    """What the options about words and age say."""

    match: tuple[str, ...]
    exclude: tuple[str, ...]
    match_en: tuple[str, ...]
    exclude_en: tuple[str, ...]
    max_age: str

    @property
    def choice(self) -> Choice:
        """The same for those who choose."""
        return read_choice(
            match=self.match,
            exclude=self.exclude,
            match_en=self.match_en,
            exclude_en=self.exclude_en,
            max_age=self.max_age,
        )


choice_options = gather(
    ChoiceOptions,
    "choosing",
    "Choice",
    click.option(
        "--match",
        type=WORDS,
        multiple=True,
        help="Only items with these words, or this /regular expression/, in the Dutch; repeat it "
        "for one or the other.",
    ),
    click.option("--exclude", type=WORDS, multiple=True, help="No items with these in the Dutch."),
    click.option(
        "--match-en", type=WORDS, multiple=True, help="The same as --match in the English."
    ),
    click.option(
        "--exclude-en", type=WORDS, multiple=True, help="The same as --exclude in the English."
    ),
    click.option(
        "--max-age", type=AGE, default="", help="No items that are older: 90m, 24h, 3d, 2w."
    ),
)

selection_options = gather(
    SelectionOptions,
    "selection",
    "Choice",
    click.option(
        "--new/--all",
        default=False,
        help="Only items that each recipient has not got yet, or all of them.  [default: all]",
    ),
    click.option(
        "--updates",
        is_flag=True,
        help="With --new: also items of feeds whose text has changed, marked as updated.",
    ),
    click.option(
        "--limit", type=click.IntRange(0), default=0, help="At most so many items; 0 is all."
    ),
    click.option(
        "--catch-up", is_flag=True, help="Count all items as delivered, and make no edition."
    ),
    click.option(
        "--even-if-empty", is_flag=True, help="Make and send an edition without items too."
    ),
    click.option(
        "--force",
        is_flag=True,
        help="Send again what these recipients refused, or what may not have arrived.",
    ),
    click.option(
        "--dry-run", is_flag=True, help="Say what would happen, and change nothing at all."
    ),
    keep_days_option,
)


def _check_name(context: click.Context, parameter: click.Parameter, value: str) -> str:
    name = " ".join(clean(value).split())
    if len(name) > _LONGEST_NAME or not name.isprintable():
        raise click.BadParameter("is no short name like morning", context, parameter)
    return name.lower()


_LONGEST_NAME = 40
edition_option = click.option(
    "--edition",
    default="",
    callback=_check_name,
    help="A name that tells several editions of one date apart: morning, evening.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentLook:
    """What the options about the looks of documents say that no run makes."""

    layout: str
    lead: str
    align: str
    template_dir: Path | None

    @property
    def look(self) -> Look:
        """The same for those who render."""
        from digest.rendering.parts import Language
        from digest.rendering.view import Look

        return Look(
            layout=Layout(self.layout), lead=Language(self.lead), align=Alignment(self.align)
        )

    @property
    def templates(self) -> Templates:
        """Where the templates are."""
        from digest.rendering.environment import Templates

        return Templates(folders().templates, self.template_dir)


document_look_options = gather(
    DocumentLook,
    "look",
    "Looks",
    click.option(
        "--layout",
        type=click.Choice([layout.value for layout in Layout]),
        default=Layout.INTERLEAVED.value,
        show_default=True,
        help="How the two languages stand.",
    ),
    lead_option,
    align_option,
    template_dir_option,
)
