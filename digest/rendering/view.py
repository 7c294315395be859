"""An edition as it is to be shown: the decisions of layout, made before a template runs.

A row is what stands together: a headline, paragraph or sentence as one block in each
language that the layout shows, the leading language first. Templates only loop over rows.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice

from digest.article import Dateline, Link, Role, Status
from digest.calendar import long_date_en, long_date_nl
from digest.edition import (
    Alignment,
    Edition,
    Entry,
    Flag,
    Group,
    Layout,
    Passage,
    Sentence,
)
from digest.plaintext import plain
from digest.rendering import phrases
from digest.rendering.filters import place_en, place_nl, shorten, time_en, time_nl
from digest.rendering.parts import (
    Block,
    Language,
    Part,
    Place,
    Row,
    as_picture,
    part_of,
    pieces_of,
    place_links,
    reasons_of,
)

CONTENTS_WORDS = 11


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How an edition is to be shown.

    `width` is in terminal cells, 0 leaves lines unwrapped; `color` and `hyperlinks` allow the
    escape sequences for these.
    """

    layout: Layout = Layout.INTERLEAVED
    lead: Language = Language.EN
    align: Alignment = Alignment.PARAGRAPH
    width: int = 72
    color: bool = False
    hyperlinks: bool = False

    @property
    def languages(self) -> tuple[Language, ...]:
        """The languages that are shown, the leading one first."""
        if self.layout is Layout.TRANSLATION:
            return (Language.EN,)
        if self.layout is Layout.ORIGINAL:
            return (Language.NL,)
        other = Language.NL if self.lead is Language.EN else Language.EN
        return self.lead, other


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryView:
    """An entry: `title` is its headline, `meta` its place and time, either may be None.

    `brief` is what the table of contents calls it, `origin` where it comes from, `cut` what says
    that sentences were left out.
    """

    number: int
    anchor: str
    brief: Row
    title: Row | None
    meta: Row | None
    paragraphs: tuple[tuple[Row, ...], ...]
    origin: "OriginView | None"
    cut: Row | None

    @property
    def address(self) -> str:
        """Where the original is, empty where nobody knows."""
        return self.origin.address if self.origin else ""

    @property
    def shortened(self) -> bool:
        """Whether sentences were left out."""
        return self.cut is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginView:
    """Where an entry comes from: `label` introduces it, `names` are its source and author.

    `note` says why it is a summary.
    """

    address: str
    label: Row
    names: str
    note: Row | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupView:
    """Entries of one section, under its name; `first` is the number of the first one.

    From `headlines_from` on (0: nowhere) they have headlines only, in a shortened document.
    """

    title: Row
    named: bool
    first: int
    show: Callable[[], Iterator[EntryView]]
    headlines_from: int = 0

    @property
    def entries(self) -> Iterator[EntryView]:
        """The entries, made one by one: an edition may have thousands."""
        return self.show()

    @property
    def whole(self) -> Iterator[EntryView]:
        """Those with their text."""
        end = self.headlines_from
        return (entry for entry in self.entries if not end or entry.number < end)

    @property
    def headlines(self) -> Iterator[EntryView]:
        """Those with their headlines only."""
        end = self.headlines_from
        return (entry for entry in self.entries if end and entry.number >= end)


@dataclass(frozen=True, slots=True, kw_only=True)
class WordView:
    """A less common Dutch word with its meaning, if known, and the sentence it stands in."""

    word: str
    meaning: str
    row: Row
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionView:
    """All that a template needs; `key` is another one for each edition."""

    key: str
    title: str
    date: date
    day: Row
    name: str
    languages: tuple[Language, ...]
    columns: bool
    labels: dict[str, Row]
    groups: tuple[GroupView, ...]
    words: tuple[WordView, ...]
    notes: tuple[str, ...]
    contents: bool
    headline_languages: int

    @property
    def entries(self) -> Iterator[EntryView]:
        """The entries of all groups, in their order."""
        return (entry for group in self.groups for entry in group.entries)

    @property
    def preheader(self) -> str:
        """The first headlines, for the line that mail programs show beside the subject."""
        return " · ".join(entry.brief.blocks[0].text for entry in islice(self.entries, 3))


def view_edition(edition: Edition, look: Look) -> EditionView:
    """Decide for every text of the edition what is shown and in which order."""
    viewer = _Viewer(
        look.languages,
        by_sentence=look.align is Alignment.SENTENCE,
        sentences_each=edition.sentences_each,
    )
    dutch_first = _Viewer(tuple(sorted(look.languages, reverse=True)), by_sentence=False)
    return EditionView(
        key=edition.key,
        title=edition.title,
        date=edition.day,
        day=viewer.pair(long_date_en(edition.day), long_date_nl(edition.day)),
        name=plain(edition.name),
        languages=look.languages,
        columns=look.layout is Layout.COLUMNS,
        labels={name: viewer.pair(en, nl) for name, (en, nl) in phrases.LABELS.items()},
        groups=tuple(viewer.group(group, edition.headlines_from) for group in edition.groups),
        words=tuple(
            WordView(
                word=found.word,
                meaning=", ".join(found.meanings),
                row=dutch_first.row([found.sentence], f"w-{index}"),
                number=found.number,
            )
            for index, found in enumerate(edition.words, 1)
        ),
        notes=tuple(phrases.notes(edition, translated=Language.EN in look.languages)),
        contents=edition.contents,
        headline_languages=edition.headline_languages,
    )


@dataclass(frozen=True, slots=True)
class _Viewer:
    languages: tuple[Language, ...]
    by_sentence: bool
    sentences_each: int = 0

    def pair(self, english: str, dutch: str) -> Row:
        """A row of two plain texts."""
        texts = {Language.EN: english, Language.NL: dutch}
        return Row(
            blocks=tuple(
                Block(lang=lang, parts=(Part(text=plain(texts[lang])),)) for lang in self.languages
            )
        )

    def name(self, english: str, dutch: str) -> Row:
        """A row of a name, once where it is the same in both languages."""
        if english != dutch:
            return self.pair(english, dutch)
        return Row(blocks=(Block(lang=Language.NL, parts=(Part(text=plain(dutch)),)),))

    def row(
        self,
        sentences: Sequence[Sentence],
        key: str,
        places: Sequence[tuple[Place, ...]] = (),
        left: tuple[Link, ...] = (),
    ) -> Row:
        """A row of sentences, each part with the key that its partner has too.

        `places` has those of the links of each sentence, in the Dutch where that is shown; the
        links that are `left` stand below.
        """
        places = places or [()] * len(sentences)
        if sentences and all(part.dutch == part.english for part in sentences):
            return self.same(sentences, key, places, left)
        linked = Language.NL if Language.NL in self.languages else Language.EN
        blocks = []
        for lang in self.languages:
            parts = (
                part_of(sentence, lang, f"{key}-{index}", own if lang is linked else ())
                for index, (sentence, own) in enumerate(zip(sentences, places, strict=True), 1)
            )
            shown = tuple(part for part in parts if part.text or part.doubts)
            blocks.append(Block(lang=lang, parts=shown))
        return Row(blocks=tuple(blocks), links=left)

    def same(
        self,
        sentences: Sequence[Sentence],
        key: str,
        places: Sequence[tuple[Place, ...]],
        left: tuple[Link, ...],
    ) -> Row:
        """A row of what is the same in both languages, once: a table, a text in a third one."""
        parts = tuple(
            Part(
                text=plain(part.dutch),
                key=f"{key}-{index}",
                reasons=reasons_of(part),
                pieces=tuple(pieces_of(part.dutch, (), own)),
            )
            for index, (part, own) in enumerate(zip(sentences, places, strict=True), 1)
        )
        foreign = any(Flag.FOREIGN in part.flags for part in sentences)
        lang = "" if foreign else self.languages[0]
        return Row(blocks=(Block(lang=lang, parts=parts),), links=left)

    def group(self, group: Group, headlines_from: int) -> GroupView:
        section = group.section
        title = (section.name_en, section.name) if section else phrases.LABELS["articles"]
        return GroupView(
            title=self.name(*title),
            named=section is not None,
            first=group.entries[0].number,
            show=lambda: map(self.entry, group.entries),
            headlines_from=headlines_from,
        )

    def entry(self, entry: Entry) -> EntryView:
        headline = None if entry.headline_derived else entry.headline
        place = entry.dateline
        return EntryView(
            number=entry.number,
            anchor=f"item-{entry.number}",
            brief=self.brief(entry),
            title=self.row(headline.sentences, f"{entry.number}-0") if headline else None,
            meta=self.meta(entry),
            paragraphs=tuple(self.paragraphs(entry, place)),
            origin=self.origin(entry),
            cut=self.cut(entry),
        )

    def paragraphs(self, entry: Entry, place: Dateline | None) -> Iterator[tuple[Row, ...]]:
        """The paragraphs of an entry, and after them what pictures are said to show."""
        for index, passage in enumerate(entry.paragraphs, 1):
            dateline = passage.dateline if passage.dateline != place else None
            yield self.paragraph(passage, f"{entry.number}-{index}", dateline)
        for index, passage in enumerate(entry.pictures, len(entry.paragraphs) + 1):
            row = self.row(passage.sentences, f"{entry.number}-{index}")
            yield (replace(row, blocks=tuple(map(as_picture, row.blocks))),)

    def origin(self, entry: Entry) -> OriginView | None:
        origin = entry.origin
        bylines = (part.dutch for part in entry.paragraphs if part.role is Role.BYLINE)
        is_said = any(origin.author in byline for byline in bylines)
        names = [plain(name) for name in (origin.publisher, "" if is_said else origin.author)]
        if not (origin.address or any(names) or origin.note):
            return None
        label = phrases.LABELS["original" if origin.address else "source"]
        english, dutch = phrases.summary_only(origin.note)
        return OriginView(
            address=origin.address,
            label=self.pair(*label),
            names=", ".join(filter(None, names)),
            note=self.pair(english, dutch) if origin.note else None,
        )

    def cut(self, entry: Entry) -> Row | None:
        """What says that sentences were left out, and where they are."""
        if not entry.shortened:
            return None
        if not self.sentences_each:
            return self.pair(*phrases.LABELS["shortened"])
        return self.pair(*phrases.LABELS["first sentences" if entry.origin.address else "cut"])

    def paragraph(self, passage: Passage, key: str, dateline: Dateline | None) -> tuple[Row, ...]:
        """A paragraph as one row, or as a row a sentence; a dateline stands before it."""
        in_dutch = Language.NL in self.languages
        places, left = place_links(
            passage.dutch, passage.sentences, passage.links, in_dutch=in_dutch
        )
        if not self.by_sentence:
            rows = [self.row(passage.sentences, key, places, left)]
        else:
            last = len(passage.sentences)
            rows = [
                self.row([sentence], f"{key}-{index}", [own], left if index == last else ())
                for index, (sentence, own) in enumerate(
                    zip(passage.sentences, places, strict=True), 1
                )
            ]
        if dateline:
            rows.insert(0, self.pair(f"{place_en(dateline)} –", f"{place_nl(dateline)} –"))
        return tuple(rows)

    def meta(self, entry: Entry) -> Row | None:
        """Place, agencies, time and what changed; the second language says only what differs."""
        dateline, published = entry.dateline, entry.published
        english = [place_en(dateline)] if dateline else []
        dutch = [place_nl(dateline)] if dateline else []
        if published:
            english.append(time_en(published))
            dutch.append(time_nl(published))
        is_corrected = entry.origin.status is Status.CORRECTION
        for label, holds in (("updated", entry.updated), ("correction", is_corrected)):
            if holds:
                english.append(phrases.LABELS[label][0])
                dutch.append(phrases.LABELS[label][1])
        texts = {Language.EN: english, Language.NL: dutch}
        first, *second = (texts[lang] for lang in self.languages)
        if not first:
            return None
        others = [[text for text in other if text not in first] for other in second]
        blocks = (
            Block(lang=lang, parts=(Part(text=" · ".join(parts)),))
            for lang, parts in zip(self.languages, [first, *others], strict=True)
            if parts
        )
        return Row(blocks=tuple(blocks))

    def brief(self, entry: Entry) -> Row:
        """The headline, or the place and the first words of a brief."""
        place = entry.dateline if entry.headline is None or entry.headline_derived else None
        passage = entry.headline or next(iter(entry.paragraphs), None)
        english, dutch = (passage.english, passage.dutch) if passage else ("", "")
        if entry.headline is None:
            english, dutch = (shorten(text, CONTENTS_WORDS) for text in (english, dutch))
        if place:
            english, dutch = f"{place.place_en}: {english}", f"{place.place}: {dutch}"
        return self.pair(english, dutch)
