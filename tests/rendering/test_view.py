"""What is said of words: which did not arrive, and what they mean."""

from dataclasses import replace

from digest.edition import Flag, Gloss, Sentence
from digest.rendering.parts import Block, Language, Part, part_of

DUTCH = "Minister Reznikov houdt de militairen voor dat Zelensky komt."
HOLD_UP = Gloss(start=38, end=42, head="voorhouden", meanings=("hold up", "present"))
NAME = Gloss(start=47, end=55, head="Zelensky")


def sentence(**values: object) -> Sentence:
    return Sentence(dutch=DUTCH, english="x", **values)  # type: ignore[arg-type]


def test_a_verb_in_two_pieces_is_named_whole_and_a_name_stands_alone() -> None:
    term = replace(NAME, head="zelensky")
    part = part_of(sentence(flags=(Flag.MEANING,), missing=(HOLD_UP, term)), Language.EN, "k")
    assert part.doubts == ("not found in the English: voorhouden (hold up, present), Zelensky",)


def test_the_lost_words_of_a_paragraph_stand_together_after_other_reasons() -> None:
    parts = tuple(
        Part(text="x", reasons=reasons, lost=lost)
        for reasons, lost in [
            (("numbers differ",), ("een (one)",)),
            ((), ("twee (two)", "een (one)")),
        ]
    )
    assert Block(lang="en", parts=parts).doubts == (
        "numbers differ",
        "not found in the English: een (one), twee (two)",
    )


def test_the_dutch_is_whole_with_its_meanings() -> None:
    part = part_of(sentence(glosses=(HOLD_UP,)), Language.NL, "k")
    assert "".join(piece.text for piece in part.pieces) == DUTCH
    assert [piece.meaning for piece in part.pieces] == ["", "voorhouden: hold up, present", ""]
    assert part_of(sentence(), Language.NL, "k").pieces == ()
