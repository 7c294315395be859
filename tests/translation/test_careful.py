"""An engine that fails at some segments costs no more than these."""

from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.edition import Flag
from digest.errors import ModelError
from digest.translation.careful import CarefulEngine
from digest.translation.engine import Decoding, Hypothesis
from tests.fakes import FakeEngine, pretend_english, translator


class Choosy(FakeEngine):
    """Fails at more words than it can take, and at a poisoned one; the batch is lost with it."""

    longest = 8

    def translate_segments(
        self, segments: Sequence[str], decoding: Decoding
    ) -> Iterator[tuple[int, tuple[Hypothesis, ...]]]:
        for index, hypotheses in super().translate_segments(segments, decoding):
            words = segments[index].split()
            if len(words) > self.longest or "gif" in words:
                raise ModelError("fake failed: no position encodings")
            yield index, hypotheses


def answers(engine: FakeEngine, segments: Sequence[str]) -> list[str]:
    found = dict(CarefulEngine(engine).translate_segments(segments, Decoding()))
    assert sorted(found) == list(range(len(segments)))
    return [found[index][0].text for index in range(len(segments))]


@given(st.lists(st.sampled_from(["een", "twee drie", "gif", "a b c d e f g h i", "gif x"])))
def test_every_segment_gets_its_own_answer(segments: list[str]) -> None:
    careful = CarefulEngine(Choosy())
    dict(careful.translate_segments(["een"], Decoding()))
    found = dict(careful.translate_segments(segments, Decoding()))
    assert [found[index][0].text for index in range(len(segments))] == [
        "" if "gif" in each else pretend_english(each) for each in segments
    ]


def test_what_is_too_long_is_translated_in_pieces_at_clauses() -> None:
    segment = "een twee drie vier vijf, zes zeven acht negen tien"
    engine = Choosy()
    assert answers(engine, ["hallo", segment]) == ["unyyb", pretend_english(segment)]
    assert ["een twee drie vier vijf,", "zes zeven acht negen tien"] in engine.calls


def test_a_poisoned_segment_is_marked_and_the_others_are_not() -> None:
    translate = translator(Choosy())
    found = translate([f"dit is zin {n}" for n in range(20)] + ["gif"])
    assert found["gif"].flags == (Flag.EMPTY,)
    assert found["gif"].english == ""
    assert all(not found[f"dit is zin {n}"].flags for n in range(20))


def test_a_poisoned_segment_may_come_first() -> None:
    first = "gif gif gif gif gif gif gif gif gif gif"
    assert answers(Choosy(), [first, "goed"]) == ["", pretend_english("goed")]


def test_an_engine_that_always_fails_is_an_error() -> None:
    with pytest.raises(ModelError, match="on demand"):
        answers(FakeEngine(fails=True), [f"zin {n}" for n in range(100)])


def test_it_gives_up_soon() -> None:
    engine = FakeEngine(fails=True)
    with pytest.raises(ModelError):
        answers(engine, [f"woord{n}" for n in range(1024)])
    assert len(engine.calls) < 60
