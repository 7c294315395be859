import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from digest.article import Article, Document
from digest.errors import InputError
from digest.sources.files import read_sources
from digest.sources.kinds import Kind, recognise
from digest.sources.lines import parse_lines
from digest.sources.spec import SourceSpec
from tests import CHECKOUT
from tests.conftest import AS_OF, ZONE, reading

pytestmark = pytest.mark.usefixtures("lengths")

ARTICLE = {
    "headline": "Brug in Utrecht twee weken dicht",
    "text": ["De brug gaat dicht, meldt de gemeente.", "Fietsers rijden om."],
    "published": "2016-05-01T12:00:00+02:00",
    "id": "a-1",
    "url": "https://krant.example/1",
    "author": "Jan Jansen",
    "publisher": "De Krant",
    "section": "Binnenland",
    "language": "nl",
}


def lines_of(*articles: object) -> bytes:
    return b"".join(
        article if isinstance(article, bytes) else json.dumps(article).encode() + b"\n"
        for article in articles
    )


def parsed(data: bytes, problems: list[InputError] | None = None) -> list[Document]:
    found = [] if problems is None else problems
    return list(
        parse_lines(
            data.splitlines(keepends=True), source="a.jsonl", as_of=AS_OF, zone=ZONE, problems=found
        )
    )


def articles(documents: Iterable[Document]) -> list[Article]:
    return [item for doc in documents for item in doc.items if isinstance(item, Article)]


def test_a_line_is_an_article_with_all_that_it_says() -> None:
    (article,) = articles(parsed(lines_of(ARTICLE)))
    assert article.headline.text == ARTICLE["headline"]
    assert [part.text for part in article.paragraphs] == ARTICLE["text"]
    assert article.published is not None
    assert article.published.at == datetime.fromisoformat(str(ARTICLE["published"]))
    assert article.origin.address == ARTICLE["url"]
    assert (article.origin.author, article.origin.publisher) == ("Jan Jansen", "De Krant")
    assert article.section is not None
    assert article.section.name == "Binnenland"
    assert article.key == "a-1"


def test_each_line_has_its_own_publisher() -> None:
    other = {"headline": "Kop", "text": "Een zin.", "publisher": "Ander blad"}
    found = articles(parsed(lines_of(ARTICLE, other)))
    assert [article.origin.publisher for article in found] == ["De Krant", "Ander blad"]


def test_the_example_is_what_the_schema_says() -> None:
    schema = json.loads((CHECKOUT / "docs" / "articles.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(ARTICLE, schema)
    assert set(schema["properties"]) - {"html"} == set(ARTICLE)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"url": "https://krant.example/1"}, schema)


@pytest.mark.parametrize(
    "line",
    [
        b"{broken\n",
        b"[]\n",
        b"1\n",
        b'{"url": "https://a.nl/"}\n',
        b'{"text": ""}\n',
        b"\xff\xfe\n",
    ],
)
def test_what_is_no_article_is_named_and_the_others_are_read(line: bytes) -> None:
    problems: list[InputError] = []
    documents = parsed(lines_of(ARTICLE, line, b"\n", ARTICLE), problems)
    assert len(articles(documents)) == 2
    assert [str(each) for each in problems] == ["a.jsonl: has no article in line 2"]


def test_many_lines_come_some_at_a_time() -> None:
    many = [ARTICLE | {"id": str(number)} for number in range(450)]
    assert [len(doc.items) for doc in parsed(lines_of(*many))] == [200, 200, 50]


@pytest.mark.parametrize("text", ["<b>Vet</b> & co.", "a < b", "&lt;script&gt;"])
def test_text_is_no_html(text: str) -> None:
    (article,) = articles(parsed(lines_of(ARTICLE | {"text": text})))
    assert "<b>" in article.paragraphs[0].text or "<" in article.paragraphs[0].text


def test_html_is_read_as_a_browser_shows_it() -> None:
    html: dict[str, Any] = {"headline": "Kop", "html": "<p>Eén.</p><script>x</script><p>Twee.</p>"}
    (article,) = articles(parsed(lines_of(html)))
    assert [part.text for part in article.paragraphs] == ["Eén.", "Twee."]


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (lines_of(ARTICLE), Kind.LINES),
        (b"\xef\xbb\xbf\n" + lines_of(ARTICLE), Kind.LINES),
        (lines_of({"version": "https://jsonfeed.org/version/1.1", "items": []}), Kind.FEED),
    ],
)
def test_they_are_recognised(data: bytes, kind: Kind) -> None:
    assert recognise(data, source="x") is kind


def test_a_file_of_them_is_a_source_like_any_other(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(lines_of(*(ARTICLE | {"id": str(n)} for n in range(300))))
    found = read_sources([SourceSpec(location=str(tmp_path), limit=0)], reading())
    assert [len(document.items) for document in found.documents] == [300]
    assert found.failures == ()


@pytest.mark.parametrize("limit", [1, 200, 201, 450, 1000])
def test_a_limit_holds_for_all_of_a_file(limit: int, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    lines = [ARTICLE | {"headline": f"Kop {each}", "id": f"{each}"} for each in range(500)]
    path.write_bytes(lines_of(*lines))
    (document,) = read_sources([SourceSpec(location=str(path), limit=limit)], reading()).documents
    headlines = [article.headline.text for article in articles([document])]
    assert headlines == [f"Kop {each}" for each in range(min(limit, 500))]
