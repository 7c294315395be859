"""Which words get glosses: exactly those that the starter was taught with."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.lexicon.glosses import annotate, find_glosses
from digest.lexicon.lexicon import distinct, load_lexicon
from tests import CHECKOUT, DATA

LEXICON = load_lexicon()
ANNOTATED = [
    line.split("\t") for line in (DATA / "annotated.tsv").read_text(encoding="utf-8").splitlines()
]


def heads(sentence: str) -> dict[str, tuple[str, ...]]:
    return {gloss.head: gloss.meanings for gloss in find_glosses(sentence, LEXICON)}


def test_sentences_are_annotated_as_in_training() -> None:
    wrong = [
        dutch
        for dutch, expected in ANNOTATED
        if annotate(dutch, find_glosses(dutch, LEXICON)) != expected
    ]
    assert len(ANNOTATED) == 467
    assert wrong == []


@given(st.text(alphabet="Zij houdt de balzaal tegen, om op te .;-'’[]é\n", max_size=80))
def test_glosses_are_in_order_and_inside_the_sentence(sentence: str) -> None:
    glosses = find_glosses(sentence, LEXICON)
    ends = [0, *(gloss.end for gloss in glosses)]
    assert all(gloss.start < gloss.end <= len(sentence) for gloss in glosses)
    assert ends == sorted(ends)
    assert annotate(sentence, ()) == sentence


def test_an_expression_goes_before_its_words_and_a_verb_is_found_at_its_particle() -> None:
    assert "iemand in de arm nemen" in heads("De organisatie nam een advocaat in de arm.")
    assert heads("Hij houdt de trein tegen.")["tegenhouden"][0] == "stop"
    assert "tegenspreken" in heads("Het Kremlin probeert dat tegen te spreken.")


def test_a_compound_that_is_not_listed_shows_its_parts_as_parts() -> None:
    assert heads("De erfgoedorganisatie.") == {"erfgoedorganisatie": ("heritage + organization",)}


def test_names_and_words_that_english_has_too_get_none() -> None:
    assert heads("Dat zegt Bakker.") == {}
    assert heads("Dat zegt de bakker.") == {"bakker": ("baker", "bake", "pastry")}
    assert heads("De minister in Washington.") == {}


def test_glosses_that_begin_alike_count_once() -> None:
    assert distinct(("attack", "attacker", "strike", "raid", "assault")) == (
        "attack",
        "strike",
        "raid",
    )


@pytest.mark.parametrize("form", ["slagader", "slagaders", "balzalen", "dienstplichtigen"])
def test_a_word_is_found_in_other_forms(form: str) -> None:
    assert LEXICON.find(form) is not None


def test_reading_the_word_list_loads_no_lemmatiser() -> None:
    code = (
        "import sys\n"
        "from digest.lexicon.lexicon import load_lexicon\n"
        "assert load_lexicon().entry('slagader').glosses == ('artery',)\n"
        "print('simplemma' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=CHECKOUT
    )
    assert done.stdout == "False\n"
