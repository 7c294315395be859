import json

import pytest

from digest.errors import InputError
from digest.sources.kinds import Kind, recognise
from digest.sources.walls import name_wall

FEED = '<rss version="2.0"><channel><item><title>Kop</title></item></channel></rss>'
JSON_FEED = {"title": "V", "items": [{"id": "1"}], "version": "https://jsonfeed.org/version/1.1"}


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (FEED.encode(), Kind.FEED),
        (b"\xef\xbb\xbf \r\n" + FEED.encode(), Kind.FEED),
        (b"\xff\xfe" + FEED.encode("utf-16-le"), Kind.FEED),
        (b"\0\0\xfe\xff" + FEED.encode("utf-32-be"), Kind.FEED),
        (f"<?xml version='1.0'?><!-- {'x ' * 5000}--><?xsl x?>{FEED}".encode(), Kind.FEED),
        (b"<br />\n<b>Warning</b>: include(x.php)<br />\n" + FEED.encode(), Kind.FEED),
        (b"Warning: include(x.php)\n<?xml version='1.0'?>" + FEED.encode(), Kind.FEED),
        (b"<a:feed xmlns:a='http://www.w3.org/2005/Atom'/>", Kind.FEED),
        (json.dumps(JSON_FEED).encode(), Kind.FEED),
        (b"\xef\xbb\xbf" + json.dumps(JSON_FEED).encode(), Kind.FEED),
        (b"<!-- x --><!DOCTYPE html><html><p>Kop", Kind.PAGE),
        (b"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'/>", Kind.PAGE),
        (b"<article><h1>Kop</h1></article>", Kind.PAGE),
        (b"Minister opent brug\nUTRECHT (ANP) - <rss> is een formaat.", Kind.WIRE),
        (b"{sic} staat er\n[red.]", Kind.WIRE),
        (b"5 < 6 en 7 > 6", Kind.WIRE),
        (b"From: a@x.org\nTo: b@x.org\nSubject: Kop\n\nTekst", Kind.MAIL),
        (b"From: <saved>\nMIME-Version: 1.0\nContent-Type: multipart/related\n\nx", Kind.MAIL),
        (b"From a@x.org Sun Nov 22 07:05:00 2026\nSubject: Kop\n\nTekst", Kind.MAIL),
        (b"<newsMessage/>", Kind.AGENCY),
        (b"<?xml version='1.0'?><!DOCTYPE nitf SYSTEM 'x'><nitf/>", Kind.AGENCY),
        (b"<NewsML Version='1.2'/>", Kind.AGENCY),
    ],
)  # fmt: skip
def test_kinds_are_told_by_what_is_there(data: bytes, kind: Kind) -> None:
    assert recognise(data, source="x") is kind


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b'{"error": {"code": 429, "message": "Too many requests"}}', "error answer in JSON: Too"),
        (b'{"errors": [{"detail": "Weg"}]}', "error answer in JSON: Weg"),
        (b'{"status":"ok","articles":[]}', "JSON, but not a JSON Feed"),
        (b'["a", "b"]', "JSON, but not a JSON Feed"),
        (b'"Niet gevonden"', "JSON, but not a JSON Feed"),
        (b'{"a": ', "JSON that is broken"),
        (b"<?xml version='1.0'?><opml version='2.0'/>", "a list of feeds"),
        (b"<urlset xmlns='x'/>", "a sitemap"),
        (b"<packageItem/>", "NewsML-G2"),
        (b"<Error><Code>AccessDenied</Code></Error>", "an error answer in XML"),
        (b"<plist/>", "XML (<plist>)"),
        (b"{\\rtf1 Kop}", "RTF"),
        (b"%PDF-1.7", "a PDF document"),
        (b"PK\x03\x04", "a zip archive"),
        (b"BEGIN:VCALENDAR\nVERSION:2.0", "a calendar"),
        (b"A" * 76 + b"\n" + b"B" * 76 + b"\n", "data or code"),
        (b"body { margin: 0; }\n.kop { color: red; }", "data or code"),
    ],
)
def test_what_is_no_news_is_refused_by_name(data: bytes, name: str) -> None:
    with pytest.raises(InputError) as caught:
        recognise(data, source="x")
    assert name in caught.value.reason


@pytest.mark.parametrize(
    ("title", "texts", "wall"),
    [
        ("Just a moment...", ["Enable JavaScript and cookies to continue"], "a check for robots"),
        ("Controle", ["Bevestig dat je geen robot bent"], "a check for robots"),
        (
            "Uw privacy",
            ["Wij en onze partners gebruiken cookies.", "Klik op akkoord als u toestemming geeft."],
            "a cookie wall",
        ),
        ("503 Service Unavailable", ["Probeer het later."], "an error page"),
        ("Krant", ["Pagina niet gevonden", "Ga terug."], "an error page"),
        ("Inloggen", ["E-mail", "Wachtwoord"], "a log-in page"),
        ("Rechter verbiedt cookiemuren", ["Een site mag geen toestemming eisen, zegt hij."], ""),
        ("Oeps: burgemeester vergeet ambtsketen", ["Hij stond zonder."], ""),
        ("Inloggen met DigiD werkt niet", ["Een wachtwoord is niet genoeg."], ""),
        ("Robot lost captcha op", ["Dat zegt de universiteit. Een mens doet er langer over."], ""),
        ("Onderhoud aan brug", ["De brug is dicht. " * 60], ""),
    ],
)  # fmt: skip
def test_walls_are_told_from_articles_about_them(title: str, texts: list[str], wall: str) -> None:
    assert name_wall(title, texts) == wall
