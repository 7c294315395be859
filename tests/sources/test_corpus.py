"""Wire copy in the wild: each input in tests/data/wire beside what is to be understood of it.

A bug in the parser adds a pair; `pytest --update-golden` writes the JSON, to be read before
it is committed.
"""

import json
import os
from pathlib import Path

import pytest

from digest.rendering.data import as_data
from digest.sources.decoding import decode
from digest.sources.wire import parse_wire
from tests import DATA
from tests.conftest import AS_OF

NO = dict.fromkeys(("derived", "leads", "under_headline", "updated"), False)
INPUTS = sorted((DATA / "wire").glob("*.txt"))


def slim(value: object) -> object:
    """Without what is empty or as usual, so that an expectation shows what matters."""
    if isinstance(value, dict):
        usual = {"role": "body", "is_dutch": True, **NO}
        return {
            key: slim(part)
            for key, part in value.items()
            if part not in (None, "", [], ()) and (key not in usual or usual[key] != part)
        }
    return [slim(part) for part in value] if isinstance(value, list) else value


def test_there_are_at_least_forty() -> None:
    assert len(INPUTS) >= 40


@pytest.mark.parametrize("path", INPUTS, ids=lambda path: path.stem)
def test_is_understood_as_expected_and_loses_nothing(
    path: Path, request: pytest.FixtureRequest
) -> None:
    document = parse_wire(
        decode(path.read_bytes(), source=path.name), source=path.name, as_of=AS_OF
    )
    assert document.is_complete
    found = slim(as_data(document.parts))
    expectation = path.with_suffix(".json")
    if request.config.getoption("--update-golden"):
        assert not os.environ.get("CI"), "expectations are not updated in CI"
        text = json.dumps(found, ensure_ascii=False, indent=1) + "\n"
        expectation.write_text(text, encoding="utf-8")
    assert found == json.loads(expectation.read_text(encoding="utf-8"))
