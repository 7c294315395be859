import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.plaintext import escaped, plain, plain_emphasised, plain_line

STEERING = (
    "\x00\x07\x1b\x7f\x80\x9b\x9d\xad\u061c\u200b\u200e\u2028\u202e\u2066\ufeff\ud800\U000e0061"
)


@pytest.mark.parametrize("char", STEERING)
def test_what_steers_or_hides_is_gone(char: str) -> None:
    assert plain(f"a{char}b") == "ab"
    assert plain_line(f"a{char}b\nc") == "ab c"
    assert plain_emphasised(f"\x1b[1ma{char}b\x1b[0m") == "\x1b[1mab\x1b[0m"


@pytest.mark.parametrize("text", ["één, twee\tdrie\nvier", "Ελλάδα 日本 🙂 שלום", "“a” – €"])
def test_what_people_write_stays(text: str) -> None:
    assert plain(text) == text


@given(st.text())
def test_escaped_json_says_the_same(text: str) -> None:
    written = escaped(json.dumps(text, ensure_ascii=False))
    assert json.loads(written) == text
    assert plain(written) == written
