import pytest
import sacrebleu
from hypothesis import given
from hypothesis import strategies as st

from digest.translation.chrf import chrf
from digest.translation.measure import read_probe

TEXTS = st.lists(st.tuples(st.text(max_size=40), st.text(max_size=40)), min_size=1, max_size=5)


@given(TEXTS)
def test_is_what_sacrebleu_says(pairs: list[tuple[str, str]]) -> None:
    ours, theirs = (list(side) for side in zip(*pairs, strict=True))
    # sacreBLEU strips the ends of lines, of which spaces count for nothing anyway.
    assert chrf(ours, theirs) == pytest.approx(
        sacrebleu.corpus_chrf(ours, [theirs]).score, abs=1e-6
    )


def test_a_translation_is_most_like_itself() -> None:
    english = [row[1] for row in read_probe()]
    assert chrf(english, english) == pytest.approx(100)
    assert chrf(english, english[1:] + english[:1]) < 40
