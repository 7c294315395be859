import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.cleaning import clean, letters


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("Noe\u0301", "Noé"),
        ("on\xadder\u200bhoud\ufeff \u202anu\u202c", "onderhoud nu"),
        ("👩\u200d⚕️ x\u200dy", "👩\u200d⚕️ xy"),
        ("\ud83d\ude00 \ud83d.", "😀 \ufffd."),
        ("&amp;quot;ja&amp;amp;quot; &#8364; &#x20AC; &#128; AT&T R&notities &onbekend;",
         '"ja" € € € AT&T R&notities &onbekend;'),
        ("&#38;lt;b&#38;gt;", "<b>"),
        ("&#1114112;&#55357;&#56832;&#0;", "\ufffd😀\ufffd"),
    ],
)  # fmt: skip
def test_text_is_what_a_person_sees(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


@given(st.text(st.characters(codec=None), max_size=60))
def test_it_can_always_be_encoded_and_is_composed(text: str) -> None:
    cleaned = clean(text)
    cleaned.encode()
    assert unicodedata.is_normalized("NFC", cleaned)


def test_many_escapes_take_no_long_time() -> None:
    assert clean("&" + "amp;" * 200_000 + "quot;") == '"'


@given(st.text())
def test_letters_are_those_and_digits_alone(text: str) -> None:
    assert letters(text) == "".join(char for char in text.lower() if char.isalnum())
