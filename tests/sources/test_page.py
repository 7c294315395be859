import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.article import Article
from digest.errors import InputError
from digest.sources.kinds import Kind, recognise
from digest.sources.page import parse_page
from tests.conftest import AS_OF, ZONE

PAGE = """<!DOCTYPE html><html lang="nl"><head><title>Minister opent brug - Krant</title>
<meta property="og:title" content="Minister opent brug"><script>alert(1)</script></head><body>
<nav><a href="/">Voorpagina</a> <a href="/sport">Sport</a></nav>
<article><h1>Minister opent brug</h1>
<p>ROTTERDAM (ANP) - De minister heeft dinsdag een nieuwe brug geopend in de haven van Rotterdam,
zegt de gemeente in een verklaring.</p>
<p>De brug is 300 meter lang en heeft zestig miljoen euro gekost. Het verkeer rijdt er sinds
gisteren over in beide richtingen.</p></article>
<footer>Alle rechten voorbehouden</footer></body></html>"""


def test_pages_are_recognised() -> None:
    assert recognise(PAGE.encode(), source="x") is Kind.PAGE
    assert recognise(b"Minister opent brug <html>", source="x") is Kind.WIRE


class TestPages:
    def test_the_article_is_found_without_what_stands_around_it(self) -> None:
        document = parse_page(PAGE.encode(), source="x", as_of=AS_OF, zone=ZONE)
        (item,) = document.items
        assert isinstance(item, Article)
        assert item.headline.text == "Minister opent brug"
        assert not item.headline.derived
        assert [part.text.split()[0] for part in item.paragraphs] == ["De", "De"]
        assert item.paragraphs[0].dateline
        assert "Voorpagina" not in document.reassemble()
        assert "alert" not in document.reassemble()

    def test_a_page_without_an_article_is_named(self) -> None:
        with pytest.raises(InputError, match=r"without an article|cannot be read"):
            parse_page(b"<html><body></body></html>", source="x", as_of=AS_OF, zone=ZONE)

    def test_depth_and_size_are_no_danger(self) -> None:
        deep = b"<html><body>" + b"<div>" * 20_000 + b"diep" + b"</div>" * 20_000
        with pytest.raises(InputError):
            parse_page(deep, source="x", as_of=AS_OF, zone=ZONE)
        with pytest.raises(InputError, match="not a page that people read"):
            parse_page(b"<html>" + b"<a" * 2_100_000, source="x", as_of=AS_OF, zone=ZONE)

    @given(st.binary(max_size=200))
    def test_no_bytes_break_it(self, data: bytes) -> None:
        try:
            document = parse_page(b"<html><body><p>" + data, source="x", as_of=AS_OF, zone=ZONE)
        except InputError:
            return
        assert document.items
