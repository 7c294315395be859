from datetime import date

import pytest

from digest.article import Document
from digest.edition import Edition, Flag
from digest.errors import ModelError
from digest.pipeline import EditionOptions, make_edition
from digest.progress import Batches
from digest.sources.wire import parse_wire
from tests.conftest import AS_OF
from tests.fakes import FakeEngine, translator

pytestmark = pytest.mark.usefixtures("lengths")


def edition_of(*documents: Document, engine: FakeEngine) -> Edition:
    return make_edition(
        documents,
        options=EditionOptions(title="Test", day=date(2026, 11, 22)),
        translate=translator(engine),
        model=None,
    )


def wire(text: str, source: str = "test") -> Document:
    return parse_wire(text, source=source, as_of=AS_OF)


def test_all_segments_of_an_edition_go_to_the_engine_in_one_call_and_once() -> None:
    engine = FakeEngine()
    edition_of(
        wire("Kop\nEen zin. Nog een zin.\nMeer uit Sport\nEen zin."),
        wire("Andere kop\nNog een zin."),
        engine=engine,
    )
    assert engine.calls == [["Kop", "Een zin.", "Nog een zin.", "Andere kop"]]


def test_what_is_more_than_a_batch_is_translated_in_several(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    documents = [wire(f"Kop {each}\nEen zin over {each}. Nog een zin.") for each in range(5)]
    whole = edition_of(*documents, engine=FakeEngine())
    engine = FakeEngine()
    monkeypatch.setattr("digest.pipeline.BATCH", 50)
    begun: list[tuple[int, int]] = []
    parts = make_edition(
        documents,
        options=EditionOptions(title="Test", day=date(2026, 11, 22)),
        translate=translator(engine),
        model=None,
        begin=lambda items, left: begun.append((items, left)),
    )
    assert list(parts.entries) == list(whole.entries)
    assert len(engine.calls) == 3
    assert begun == [(2, 3), (2, 1), (1, 0)]


def test_progress_of_batches_is_that_of_the_whole() -> None:
    seen: list[tuple[int, int, str]] = []
    batches = Batches(lambda *told: seen.append(told))
    batches.begin(items=2, left=4)
    batches(5, 10, "a")
    batches(10, 10, "")
    batches.begin(items=4, left=0)
    batches(3, 14, "b")
    batches.end()
    assert seen == [(5, 30, "a"), (10, 30, ""), (13, 24, "b"), (24, 24, "")]


def test_a_second_round_of_a_batch_is_the_end_of_it() -> None:
    seen: list[tuple[int, int, str]] = []
    batches = Batches(lambda *told: seen.append(told))
    batches.begin(items=1, left=1)
    batches(10, 10, "")
    batches(1, 3, "")
    batches.begin(items=1, left=0)
    batches(2, 5, "")
    assert seen == [(10, 20, ""), (8, 20, ""), (12, 15, "")]


def test_headlines_count_for_a_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("digest.pipeline.BATCH", 5)
    engine = FakeEngine()
    edition_of(wire("Kop een\nMeer uit Sport\nKop twee"), engine=engine)
    assert len(engine.calls) == 2


def test_one_batch_ends_by_itself() -> None:
    seen: list[tuple[int, int, str]] = []
    batches = Batches(lambda *told: seen.append(told))
    batches.begin(items=2, left=0)
    batches(2, 2, "")
    batches.end()
    assert seen == [(2, 2, "")]


def test_sentences_stand_beside_their_translation() -> None:
    engine = FakeEngine(answers={"Een zin.": "One sentence.", "Nog een zin.": "Another sentence."})
    edition = edition_of(wire("Kop\nEen zin.  Nog een zin."), engine=engine)
    (paragraph,) = edition.entries[0].paragraphs
    assert [(part.dutch, part.english) for part in paragraph.sentences] == [
        ("Een zin.", "One sentence."),
        ("Nog een zin.", "Another sentence."),
    ]
    assert paragraph.dutch == "Een zin.  Nog een zin."
    assert paragraph.english == "One sentence. Another sentence."


def test_datelines_and_numbers_are_not_sent_to_the_model() -> None:
    engine = FakeEngine()
    edition = edition_of(wire("Kop\nKIEV (ANP) - Een zin.\n12 - 3"), engine=engine)
    assert engine.calls == [["Kop", "Een zin."]]
    assert edition.entries[0].paragraphs[1].english == "12 - 3"


def test_briefs_of_one_section_stand_together_whatever_file_they_come_from() -> None:
    edition = edition_of(
        wire("Kop een\nMeer uit Sport\nBericht een.", source="a"),
        wire("Kop twee\nMeer uit Sport\nBericht twee.", source="b"),
        engine=FakeEngine(),
    )
    assert [
        (
            group.section and group.section.name,
            [(entry.number, entry.source) for entry in group.entries],
        )
        for group in edition.groups
    ] == [(None, [(1, "a"), (2, "b")]), ("Sport", [(3, "a"), (4, "b")])]


def test_an_empty_translation_is_flagged_and_counted() -> None:
    edition = edition_of(wire("Kop\nEen zin."), engine=FakeEngine(answers={"Een zin.": " "}))
    assert edition.entries[0].paragraphs[0].flags == (Flag.EMPTY,)
    assert edition.doubtful == 1


def test_a_failing_engine_fails_the_edition() -> None:
    with pytest.raises(ModelError):
        edition_of(wire("Kop"), engine=FakeEngine(fails=True))
