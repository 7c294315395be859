import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from digest.edition import Flag, Gloss, Term
from digest.translation.engine import Decoding, Hypothesis
from digest.translation.glossary import Glossary
from digest.translation.memory import _SCHEMA, MemorySettings, Remembered, TranslationMemory
from digest.translation.words import Words
from tests import CHECKOUT
from tests.fakes import MODEL, FakeEngine, translator

TODAY = 739_000


class Memories:
    """Memories in one file, with the warnings that they gave."""

    def __init__(self, path: Path) -> None:
        self.settings = MemorySettings(path=path, today=TODAY, days=180)
        self.warnings: list[str] = []
        self.opened: list[TranslationMemory] = []

    def open(
        self, *, today: int = TODAY, version: str = "1", options: str = ""
    ) -> TranslationMemory:
        memory = TranslationMemory(
            replace(self.settings, today=today),
            model=replace(MODEL, version=version),
            options=options,
            warn=self.warnings.append,
        )
        self.opened.append(memory)
        return memory


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Memories]:
    opened = Memories(tmp_path / "data" / "memory.sqlite3")
    yield opened
    for memory in opened.opened:
        memory.close()


def kept(text: str, score: float = 0.0) -> Remembered:
    return Remembered(hypothesis=Hypothesis(text=text, score=score))


HELLO = ("Hallo.", kept("Hello.", -0.25))


def test_what_is_not_kept_is_remembered_in_one_run_and_in_no_file(shelf: Memories) -> None:
    shelf.settings = replace(shelf.settings, kept=False)
    memory = shelf.open()
    memory.remember([HELLO])
    assert memory.recall(["Hallo."]) == dict([HELLO])
    assert not shelf.open().recall(["Hallo."])
    assert not shelf.settings.path.parent.exists()


def test_what_was_remembered_is_recalled_by_the_next_run(shelf: Memories) -> None:
    first = shelf.open()
    first.remember([HELLO])
    first.close()
    assert shelf.open().recall(["Hallo.", "Dag."]) == dict([HELLO])


def test_another_model_or_other_options_have_their_own(shelf: Memories) -> None:
    shelf.open().remember([HELLO])
    assert shelf.open(version="2").recall(["Hallo."]) == {}
    assert shelf.open(options="beam=1").recall(["Hallo."]) == {}


def test_thousands_of_segments_are_recalled(shelf: Memories) -> None:
    memory = shelf.open()
    many = [(f"Zin {n}.", kept(f"Sentence {n}.")) for n in range(3000)]
    memory.remember(many)
    assert memory.recall([source for source, _ in many]) == dict(many)


def test_what_nobody_uses_is_forgotten(shelf: Memories) -> None:
    used = ("Dag.", kept("Bye."))
    shelf.open().remember([HELLO, used])
    shelf.open(today=TODAY + 100).recall(["Dag."])
    shelf.open(today=TODAY + 200).close()
    assert shelf.open().recall(["Hallo.", "Dag."]) == dict([used])


def test_a_damaged_file_is_set_aside_and_a_new_one_begun(shelf: Memories) -> None:
    shelf.settings.path.parent.mkdir()
    shelf.settings.path.write_bytes(b"not a database" * 100)
    memory = shelf.open()
    memory.remember([HELLO])
    assert memory.recall(["Hallo."]) == dict([HELLO])
    assert len(shelf.warnings) == 1
    assert "is damaged" in shelf.warnings[0]
    assert (shelf.settings.path.parent / "memory.sqlite3.damaged").exists()


@pytest.mark.parametrize("column", ["target", "score", "checked", "missing"])
@pytest.mark.parametrize("value", [b"\xff", "{", "[[1]]", "[[1, 2, 3, 4, 5, 6]]", 5])
def test_a_damaged_row_is_not_remembered(shelf: Memories, column: str, value: object) -> None:
    memory = shelf.open()
    memory.remember([HELLO, ("Dag.", kept("Bye."))])
    glosses = {"Hallo.": (Gloss(start=0, end=5, head="hallo", meanings=("hello",)),)}
    memory.remember_glosses("list", glosses)
    assert memory._connection
    memory._connection.execute(
        f"UPDATE translation SET {column} = ? WHERE source = 'Hallo.'",  # noqa: S608 - a name of ours
        (value,),
    )
    memory._connection.execute("UPDATE gloss SET glosses = ?", (value,))
    found = memory.recall(["Hallo.", "Dag."])
    assert found["Dag."] == kept("Bye.")
    assert all(isinstance(each.hypothesis.text, str) for each in found.values())
    assert memory.recall_glosses("list", ["Hallo."]) == {}
    memory.remember([HELLO])
    assert memory.recall(["Hallo."]) == dict([HELLO])


def test_it_is_private(shelf: Memories) -> None:
    shelf.open().remember([HELLO])
    for path in (shelf.settings.path.parent, *shelf.settings.path.parent.iterdir()):
        assert path.stat().st_mode & 0o077 == 0


def test_damage_inside_a_file_is_survived(shelf: Memories) -> None:
    memory = shelf.open()
    memory.remember((f"Zin {n}.", HELLO[1]) for n in range(2000))
    memory.close()
    data = bytearray(shelf.settings.path.read_bytes())
    data[4096:-4096] = bytes(len(data) - 8192)
    shelf.settings.path.write_bytes(data)
    memory = shelf.open()
    memory.recall([f"Zin {n}." for n in range(2000)])
    memory.remember([HELLO])
    assert memory.recall(["Hallo."]) == dict([HELLO])
    assert "is damaged" in shelf.warnings[0]


def test_a_memory_of_a_newer_digest_is_left_alone(shelf: Memories) -> None:
    shelf.open().close()
    with sqlite3.connect(shelf.settings.path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    memory = shelf.open()
    memory.remember([HELLO])
    assert memory.recall(["Hallo."]) == {}
    assert "newer digest" in shelf.warnings[0]


def test_a_place_that_cannot_be_written_stops_nothing(shelf: Memories) -> None:
    shelf.settings.path.parent.write_text("a file where the folder should be")
    memory = shelf.open()
    memory.remember([HELLO])
    assert memory.recall(["Hallo."]) == {}
    assert "is not used" in shelf.warnings[0]


def test_two_runs_at_once_do_not_disturb_each_other(shelf: Memories) -> None:
    one, two = shelf.open(), shelf.open()
    for number in range(50):
        one.remember([(f"Een {number}", HELLO[1])])
        two.remember([(f"Twee {number}", HELLO[1])])
    assert len(one.recall([f"Twee {n}" for n in range(50)])) == 50
    assert shelf.warnings == []


WRITER = """
import sys
from pathlib import Path
from tests.translation.test_memory import HELLO, Memories
memory = Memories(Path(sys.argv[1])).open()
number = 0
while True:
    memory.remember([(f"Zin {number + n}", HELLO[1]) for n in range(8)])
    number += 8
    print(number, flush=True)
"""


@pytest.mark.parametrize("delay", [0.0, 0.01, 0.05, 0.1])
def test_a_killed_run_loses_nothing_that_was_finished(shelf: Memories, delay: float) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(shelf.settings.path)],
        stdout=subprocess.PIPE,
        cwd=CHECKOUT,
        text=True,
    )
    assert process.stdout
    written = int(process.stdout.readline())
    time.sleep(delay)
    process.kill()
    written = int(([str(written), *process.stdout.read().split()])[-1])
    process.wait()
    process.stdout.close()
    assert len(shelf.open().recall([f"Zin {n}" for n in range(written)])) == written
    assert shelf.warnings == []


def test_a_translator_asks_its_engine_only_for_what_is_new(shelf: Memories) -> None:
    first = FakeEngine()
    translator(first, memory=shelf.open())(["Het regent.", "De zon schijnt."])
    second = FakeEngine()
    again = translator(second, memory=shelf.open())
    again(["Het regent.", "Het sneeuwt."])
    assert second.calls == [["Het sneeuwt."]]
    assert (again.counts.remembered, again.counts.translated) == (1, 1)


def test_a_failing_engine_leaves_what_was_finished(shelf: Memories) -> None:
    class Dying(FakeEngine):
        def translate_segments(
            self, segments: Sequence[str], decoding: Decoding
        ) -> Iterator[tuple[int, tuple[Hypothesis, ...]]]:
            results = super().translate_segments(segments, decoding)
            for _ in range(20):
                yield next(results)
            raise KeyboardInterrupt

    texts = [f"De trein {name} rijdt." for name in "abcdefghijklmnopqrstuvwxyz"]
    with pytest.raises(KeyboardInterrupt):
        translator(Dying(), memory=shelf.open())(texts)
    assert len(shelf.open().recall(texts)) == 16


def test_glosses_are_kept_by_the_word_list_they_come_from(shelf: Memories) -> None:
    gloss = Gloss(start=0, end=5, head="hallo", meanings=("hello", "hi"))
    shelf.open().remember_glosses("list 1", {"Hallo.": (gloss,), "Ja.": ()})
    memory = shelf.open()
    assert memory.recall_glosses("list 1", ["Hallo.", "Ja.", "Nee."]) == {
        "Hallo.": (gloss,),
        "Ja.": (),
    }
    assert memory.recall_glosses("list 2", ["Hallo."]) == {}


def test_a_remembered_edition_loads_neither_the_word_list_nor_the_engine(shelf: Memories) -> None:
    dutch = "De kogel raakte een slagader."
    answers = {dutch: "The bullet hit an accomplice."}
    first = translator(FakeEngine(answers=answers), memory=shelf.open(), meaning=True)([dutch])
    engine = FakeEngine(fails=True)
    again = translator(engine, memory=shelf.open(), meaning=True)
    again._words.find_glosses = None  # type: ignore[assignment,method-assign]
    again._words.missing = None  # type: ignore[assignment,method-assign]
    assert again([dutch]) == first
    assert engine.calls == []


def test_another_glossary_is_asked_anew_about_a_remembered_sentence(shelf: Memories) -> None:
    dutch = "De kogel raakte een slagader."
    answers = {dutch: "The bullet hit an accomplice."}
    first = translator(FakeEngine(answers=answers), memory=shelf.open(), meaning=True)([dutch])
    assert first[dutch].flags == (Flag.MEANING,)
    mended = Glossary([Term(source="slagader", target="accomplice")])
    engine = FakeEngine(fails=True)
    again = translator(engine, memory=shelf.open(), meaning=True, glossary=mended)([dutch])
    assert again[dutch].flags == ()


def test_another_word_list_never_gets_an_old_answer(shelf: Memories) -> None:
    dutch = "Zij danst in de balzaal."
    reader = replace(MODEL, reads_glosses=True)
    first = FakeEngine(answers={}, model=reader)
    translator(first, memory=shelf.open())([dutch])
    other = translator(FakeEngine(answers={}, model=reader), memory=shelf.open())
    other._words = OtherWords({}, meaning=False)
    other([dutch])
    assert other.counts.remembered == 0
    assert other.counts.translated == 1


class OtherWords(Words):
    """A word list that has another word for everything."""

    edition = "other"

    def find_glosses(self, texts: Sequence[str]) -> dict[str, tuple[Gloss, ...]]:
        return {text: (Gloss(start=0, end=3, head="zij", meanings=("other",)),) for text in texts}


def test_a_memory_of_version_1_is_carried_over(shelf: Memories) -> None:
    shelf.settings.path.parent.mkdir()
    with closing(sqlite3.connect(shelf.settings.path)) as old, old:
        old.executescript(_SCHEMA)
        key = (f"{MODEL.name} 1 {MODEL.digest}", "")
        old.execute(
            "INSERT INTO translation VALUES (?, ?, ?, ?, ?, ?)",
            (*key, "Hallo.", "Hello.", -0.25, TODAY),
        )
        old.execute("PRAGMA user_version = 1")
    memory = shelf.open()
    assert memory.recall(["Hallo."]) == dict([HELLO])
    memory.remember_glosses("list", {"Ja.": ()})
    assert shelf.warnings == []
