"""Sources in the wild: each input in tests/data beside what is to be understood of it.

A bug in a parser adds a pair; `pytest --update-golden` writes the JSON, to be read before it is
committed. `tests/data/wire` has wire copy, of which no character may be lost, `feeds` and `pages`
the others, many after public bug reports.
"""

import json
import os
from pathlib import Path

import pytest

from digest.rendering.data import as_data
from digest.sources.decoding import decode
from digest.sources.files import read_sources
from digest.sources.spec import SourceSpec
from digest.sources.wire import parse_wire
from tests import DATA
from tests.conftest import AS_OF, reading

WIRE = sorted((DATA / "wire").glob("*.txt"))
FEEDS = sorted(path for path in (DATA / "feeds").iterdir() if path.suffix != ".json")
PAGES = sorted((DATA / "pages").glob("*.html"))
MAIL = sorted(path for path in (DATA / "mail").iterdir() if path.suffix != ".json")
AGENCY = sorted(path for path in (DATA / "agency").iterdir() if path.suffix != ".json")
NO = dict.fromkeys(("derived", "leads", "under_headline", "updated", "is_full"), False)


def slim(value: object) -> object:
    """Without what is empty or as usual, so that an expectation shows what matters."""
    if isinstance(value, dict):
        usual = {"role": "body", "is_dutch": True, "below": 0, "version": 0, **NO}
        slimmed = {
            key: slim(part) for key, part in value.items() if key not in usual or usual[key] != part
        }
        return {key: part for key, part in slimmed.items() if part not in (None, "", [], (), {})}
    return [slim(part) for part in value] if isinstance(value, list) else value


def expect(found: object, path: Path, request: pytest.FixtureRequest) -> None:
    """Compare with the JSON beside an input, or write it."""
    expectation = path.with_suffix(".json")
    if request.config.getoption("--update-golden"):
        assert not os.environ.get("CI"), "expectations are not updated in CI"
        text = json.dumps(found, ensure_ascii=False, indent=1) + "\n"
        expectation.write_text(text, encoding="utf-8")
    assert found == json.loads(expectation.read_text(encoding="utf-8"))


def test_there_are_enough() -> None:
    assert len(WIRE) >= 55
    assert len(FEEDS) >= 20


@pytest.mark.parametrize("path", WIRE, ids=lambda path: path.stem)
def test_wire_copy_is_understood_and_nothing_of_it_is_lost(
    path: Path, request: pytest.FixtureRequest
) -> None:
    document = parse_wire(
        decode(path.read_bytes(), source=path.name), source=path.name, as_of=AS_OF
    )
    assert document.is_complete
    expect(slim(as_data(document.parts)), path, request)


@pytest.mark.parametrize("path", FEEDS, ids=lambda path: path.stem)
def test_feeds_are_understood(path: Path, request: pytest.FixtureRequest) -> None:
    expect(understood(path), path, request)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_pages_are_understood(path: Path, request: pytest.FixtureRequest) -> None:
    expect(understood(path), path, request)


@pytest.mark.parametrize("path", MAIL + AGENCY, ids=lambda path: path.name)
def test_mail_and_messages_of_agencies_are_understood(
    path: Path, request: pytest.FixtureRequest
) -> None:
    expect(understood(path), path, request)


def understood(path: Path) -> object:
    """What was read of a file, and what is wrong with it."""
    found = read_sources([SourceSpec(location=str(path))], reading())
    parts = [part for document in found.documents for part in document.parts]
    return {
        "parts": slim(as_data(parts)),
        "problems": [failure.reason for failure in found.failures],
    }
