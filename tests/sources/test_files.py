from pathlib import Path

import pytest

from digest.errors import InputError, MissingInput
from digest.sources.files import decode, find_files, read_sources
from tests.conftest import ZONE

TEXT = "Oekraïne krijgt 5 € – “nu”\n"


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        b"\xef\xbb\xbf" + TEXT.encode(),
        b"\xff\xfe" + TEXT.encode("utf-16-le"),
        b"\xfe\xff" + TEXT.encode("utf-16-be"),
        TEXT.encode("cp1252"),
    ],
)
def test_encodings_of_dutch_newsrooms_are_read(data: bytes) -> None:
    assert decode(data, source="x") == TEXT


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is empty"),
        (b" \n\t ", "is empty"),
        (b"\xef\xbb\xbf \n", "is empty"),
        (bytes(range(256)), "is neither UTF-8"),
        (b"\x00\x01\x02PNG\x00\x00", "is binary"),
        (b"\xff\xfea", "is neither UTF-8"),
    ],
)
def test_what_is_not_text_is_named(data: bytes, reason: str) -> None:
    with pytest.raises(InputError, match=f"^x: {reason}"):
        decode(data, source="x")


def test_a_folder_gives_its_articles_in_order(tmp_path: Path) -> None:
    for name in ("b.txt", "a.txt", ".hidden.txt", "c.md"):
        (tmp_path / name).write_text("x")
    assert [file.name for file in find_files(tmp_path)] == ["a.txt", "b.txt"]


def test_a_folder_without_articles_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="without articles"):
        list(find_files(tmp_path))


def test_a_missing_source_is_an_error_of_its_own(tmp_path: Path) -> None:
    with pytest.raises(MissingInput, match="does not exist"):
        list(find_files(tmp_path / "none"))


def test_one_unreadable_article_does_not_lose_the_others(tmp_path: Path) -> None:
    for number in range(9):
        (tmp_path / f"{number}.txt").write_text(f"Kop {number}\nTekst.")
    (tmp_path / "5x.txt").write_bytes(b"\0\0\0\1")
    readings = read_sources([tmp_path], as_of=None, zone=ZONE)
    assert len(readings.documents) == 9
    assert [failure.source for failure in readings.failures] == [str(tmp_path / "5x.txt")]
