"""Addresses that a reader may follow: absolute, safe, and without what only tells who sent him."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.links import link_address


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://Example.org/a?utm_source=rss&id=3&fbclid=x#xtor=RSS-1", "https://example.org/a?id=3"),
        ("https://x.nl/?id=1&utm%5Fsource=2&amp;utm_medium=a", "https://x.nl/?id=1"),
        ("https://x.nl/a?ref=rss&ref=12&source=facebook", "https://x.nl/a?ref=12"),
        ("https://x.nl/?fbid=3&sc_lang=nl&at=2#deel-2", "https://x.nl/?fbid=3&sc_lang=nl&at=2#deel-2"),
        ("http://me:secret@x.nl:8080/a", "http://x.nl:8080/a"),
        ('http://[::1]/é pad?q=[1]"<>', "http://[::1]/%C3%A9%20pad?q=%5B1%5D%22%3C%3E"),
        ("https://münchen.de/", "https://xn--mnchen-3ya.de/"),
        ("http://x.nl/100%/a%20b", "http://x.nl/100%25/a%20b"),
        ("mailto:a@example.org?subject=x&body=y", "mailto:a@example.org"),
        *((bad, "") for bad in (
            "javascript:alert(1)", "JavaScript://x/%0aalert(1)", "data:text/html,x", "//x.nl/a",
            "/a", "http:///a", "https://x.nl:abc/", "ftp://x.nl/a", "mailto:nobody", "",
            f"https://x.nl/{'a' * 3000}",
        )),
    ],
)  # fmt: skip
def test_what_may_be_followed(address: str, expected: str) -> None:
    assert link_address(address) == expected


@given(st.text())
def test_no_text_breaks_it_or_leaves_what_cannot_stand_in_an_address(text: str) -> None:
    for address in (text, f"https://x.nl/{text}", f"http://{text}"):
        found = link_address(address)
        assert found.isascii()
        assert not set(found) & set(' "<>\\`{}|^\n\t')
        assert link_address(found) == found
