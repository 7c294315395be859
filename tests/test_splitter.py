import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.splitter import LONGEST, split_sentences
from tests import DATA

CASES = (DATA / "sentences.txt").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("case", CASES)
def test_sentences_end_where_the_bar_stands(case: str) -> None:
    expected = [part.strip() for part in case.split("|")]
    assert [piece.strip() for piece in split_sentences(case.replace("|", ""))] == expected


PIECES = st.sampled_from(["Dr. ", "o.a. ", '"', "Hij. ", "12. ", "… ", "A.", " ", "\n", "(", "? "])


@given(st.one_of(st.text(), st.lists(PIECES | st.text(max_size=5)).map("".join)))
def test_the_pieces_joined_are_the_text(text: str) -> None:
    pieces = split_sentences(text)
    assert "".join(pieces) == text
    assert all(pieces)


@pytest.mark.parametrize(
    ("unit", "end"),
    [("een, twee drie ", ", "), ("een twee drie ", " "), ("aaaa", "a"), (". ", " ")],
)
def test_what_nobody_writes_comes_in_parts(unit: str, end: str) -> None:
    text = unit * 2000
    pieces = split_sentences(text)
    assert "".join(pieces) == text
    assert all(LONGEST // 2 <= len(piece) <= LONGEST for piece in pieces[:-1])
    assert all(piece.endswith(end) for piece in pieces[:-1])
