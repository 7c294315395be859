import os
import socket
from pathlib import Path
from types import SimpleNamespace

import pytest

from digest.article import Article
from digest.errors import InputError, MissingInput
from digest.sources.cache import Notes
from digest.sources.decoding import decode
from digest.sources.files import Readings, read_sources
from digest.sources.finding import MOST_BYTES, find_files
from digest.sources.kinds import Kind
from digest.sources.spec import SourceSpec
from digest.sources.web import Fetched
from tests.conftest import AS_OF, reading

pytestmark = pytest.mark.usefixtures("lengths")

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
        (bytes(range(256)), "is binary"),
        (b"\x00\x01\x02PNG\x00\x00", "is binary"),
        (b"Caf\x81 \x8d\x8f", "is neither UTF-8"),
    ],
)
def test_what_is_not_text_is_named(data: bytes, reason: str) -> None:
    with pytest.raises(InputError, match=f"^x: {reason}"):
        decode(data, source="x")


def test_a_wrong_byte_order_mark_is_ignored() -> None:
    assert decode(b"\xef\xbb\xbf" + "Caf\xe9".encode("cp1252"), source="x") == "Caf\xe9"
    assert decode(b"\xff\xfe" + b"Gewone tekst in ASCII.", source="x") == "Gewone tekst in ASCII."


def test_utf16_needs_no_mark() -> None:
    for encoding in ("utf-16-le", "utf-16-be"):
        assert decode(TEXT.encode(encoding), source="x") == TEXT


def read(*specs: SourceSpec, stdin: bytes = b"", web: dict[str, Fetched] | None = None) -> Readings:
    return read_sources(specs, reading(stdin, web, as_of=None))


class TestFinding:
    def test_a_folder_gives_its_articles_and_those_of_its_folders_in_order(
        self, tmp_path: Path
    ) -> None:
        for name in ("b.txt", "a.txt", ".hidden.txt", "c.md", "sub/d.txt", ".git/e.txt"):
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_text("x")
        (tmp_path / "feed.xml").write_text("<rss version='2.0'><channel></channel></rss>")
        (tmp_path / "settings.xml").write_text("<settings/>")
        found = [str(file.relative_to(tmp_path)) for file in find_files(str(tmp_path), [])]
        assert found == ["a.txt", "b.txt", "feed.xml", "sub/d.txt"]

    def test_a_pattern_gives_what_it_matches(self, tmp_path: Path) -> None:
        for name in ("a1.txt", "a2.txt", "b.txt"):
            (tmp_path / name).write_text("x")
        assert [file.name for file in find_files(f"{tmp_path}/a*.txt", [])] == ["a1.txt", "a2.txt"]
        with pytest.raises(MissingInput, match="matches no file"):
            list(find_files(f"{tmp_path}/z*.txt", []))

    def test_a_folder_without_articles_is_an_error(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match="without articles"):
            list(find_files(str(tmp_path), []))

    def test_a_missing_source_is_an_error_of_its_own(self, tmp_path: Path) -> None:
        with pytest.raises(MissingInput, match="does not exist"):
            list(find_files(str(tmp_path / "none"), []))


class TestReading:
    def test_one_unreadable_article_does_not_lose_the_others(self, tmp_path: Path) -> None:
        for number in range(9):
            (tmp_path / f"{number}.txt").write_text(f"Kop {number}\nTekst.")
        (tmp_path / "5x.txt").write_bytes(b"\0\0\0\1")
        readings = read(SourceSpec(location=str(tmp_path)))
        assert len(readings.documents) == 9
        assert [failure.source for failure in readings.failures] == [str(tmp_path / "5x.txt")]

    def test_standard_input_is_a_source(self) -> None:
        (document,) = read(SourceSpec(location="-"), stdin=b"Kop\nTekst.").documents
        assert (document.source, document.as_of) == ("standard input", AS_OF)

    def test_a_source_may_have_a_name_a_section_and_a_limit(self, tmp_path: Path) -> None:
        (tmp_path / "a.txt").write_text("Kop\nTekst.\nMeer uit Sport\nEen.\nTwee.")
        spec = SourceSpec(
            location=str(tmp_path / "a.txt"), name="Krant", section="Binnenland", limit=2
        )
        (document,) = read(spec).documents
        assert document.source == "Krant"
        assert [item.section and item.section.name_en for item in document.items] == [
            "Domestic",
            "Sport",
        ]

    def test_kinds_are_told_by_what_is_in_a_file(self, tmp_path: Path) -> None:
        (tmp_path / "a.txt").write_text(
            "<?xml version='1.0'?><rss version='2.0'><channel><item><title>Kop</title>"
            "<description>Een &lt;b&gt;vette&lt;/b&gt; zin.</description></item></channel></rss>"
        )
        (document,) = read(SourceSpec(location=str(tmp_path / "a.txt"))).documents
        assert document.items[0].paragraphs[0].text == "Een vette zin."
        forced = SourceSpec(location=str(tmp_path / "a.txt"), kind=Kind.WIRE)
        assert "<rss" in read(forced).documents[0].text

    def test_a_source_on_the_web_that_fails_once_gives_what_it_gave_last(self) -> None:
        address = "https://example.org/a"
        spec = SourceSpec(location=address)
        kept = Fetched(notes=Notes(body=b"Kop\nTekst."), failure="gone", failures=1)
        assert read(spec, web={address: kept}).failures == ()
        dead = Fetched(notes=Notes(body=b"Kop\nTekst."), failure="gone", failures=3)
        readings = read(spec, web={address: dead})
        assert len(readings.documents) == 1
        assert str(readings.failures[0]).endswith("cannot be fetched 3 times in a row: gone")
        nothing = Fetched(notes=Notes(), failure="gone", failures=1)
        assert read(spec, web={address: nothing}).documents == ()


class TestHostile:
    """One source that is no article never stops the others."""

    def good(self, folder: Path) -> SourceSpec:
        (folder / "good.txt").write_text("Kop\nTekst.\n")
        return SourceSpec(location=str(folder / "good.txt"))

    def failure_beside(self, folder: Path, *locations: str) -> list[str]:
        good = self.good(folder)
        readings = read(good, *(SourceSpec(location=each) for each in locations), good)
        assert len(readings.documents) == 2
        return [str(failure) for failure in readings.failures]

    @pytest.mark.parametrize(
        ("location", "reason"),
        [
            ("a" * 300, "too long for a name"),
            ("een " * 3000, "too long for a name"),
            ("/".join(["abc"] * 5000), "too long for a name"),
            ("~nosuchuser/x", "cannot be read"),
            ("a\0b", "cannot be read"),
            ("/dev/zero", "Not a regular file"),
            ("/dev/urandom", "Not a regular file"),
            ("[", "matches no file"),
            ("**/[a", "matches no file"),
        ],
    )
    def test_is_named(self, tmp_path: Path, location: str, reason: str) -> None:
        (failure,) = self.failure_beside(tmp_path, location)
        assert reason in failure
        assert len(failure) < 500

    def test_pipes_sockets_and_loops_are_named(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "pipe")
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(str(tmp_path / "socket"))
        (tmp_path / "loop").symlink_to("loop")
        names = ("pipe", "socket", "loop")
        failures = self.failure_beside(tmp_path, *(str(tmp_path / name) for name in names))
        assert len(failures) == len(names)

    @pytest.mark.parametrize("seconds", [253402300800.0, -99999999999.0, 9e15])
    def test_a_time_out_of_the_calendar_is_named(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seconds: float
    ) -> None:
        (tmp_path / "odd.txt").write_text("Kop\n")
        fstat = os.fstat

        def odd(handle: int) -> os.stat_result | SimpleNamespace:
            found = fstat(handle)
            if "odd" not in str(Path(f"/proc/self/fd/{handle}").readlink()):
                return found
            return SimpleNamespace(st_mode=found.st_mode, st_mtime=seconds)

        monkeypatch.setattr(os, "fstat", odd)
        (failure,) = self.failure_beside(tmp_path, str(tmp_path / "odd.txt"))
        assert "no calendar has" in failure

    def test_a_name_that_is_not_utf8_is_read(self, tmp_path: Path) -> None:
        path = os.fsdecode(bytes(tmp_path) + b"/caf\xe9.txt")
        Path(path).write_text("Kop\nTekst.\n")
        (document,) = read(SourceSpec(location=path)).documents
        assert document.source == f"{tmp_path}/caf\ufffd.txt"
        document.source.encode()

    def test_whatever_a_parser_raises_is_about_one_source(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def explode(text: str, **_rest: object) -> None:
            raise RecursionError(text)

        (tmp_path / "bad.rss").write_text("<rss version='2.0'></rss>")
        monkeypatch.setattr("digest.sources.parsing.parse_feed", explode)
        (failure,) = self.failure_beside(tmp_path, str(tmp_path / "bad.rss"))
        assert "cannot be understood (RecursionError)" in failure

    def test_endless_standard_input_is_named(self) -> None:
        (failure,) = read(SourceSpec(location="-"), stdin=b"x" * (MOST_BYTES + 1)).failures
        assert "is larger than 50 MB" in str(failure)

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may read everywhere")
    def test_a_folder_inside_that_cannot_be_read_is_named(self, tmp_path: Path) -> None:
        self.good(tmp_path)
        (tmp_path / "lost+found").mkdir(mode=0)
        readings = read(SourceSpec(location=str(tmp_path)))
        assert (len(readings.documents), len(readings.failures)) == (1, 1)


def test_a_feed_is_never_taken_for_the_name_of_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret.xml"
    secret.write_text(
        "<rss version='2.0'><channel><item><title>geheim</title></item></channel></rss>"
    )
    for name in (str(secret), f"file://{secret}", "/dev/zero"):
        (tmp_path / "feed.rss").write_text(name)
        spec = SourceSpec(location=str(tmp_path / "feed.rss"), kind=Kind.FEED)
        assert read(spec).documents == ()


def test_a_tag_with_very_many_attributes_is_refused(tmp_path: Path) -> None:
    attributes = " ".join(f'a{number}="&gt;>"' for number in range(2000))
    path = tmp_path / "feed.rss"
    path.write_text(f"<rss version='2.0' {attributes}><channel></channel></rss>")
    (failure,) = read(SourceSpec(location=str(path))).failures
    assert "more attributes" in str(failure)


def test_half_a_character_costs_a_character(tmp_path: Path) -> None:
    path = tmp_path / "feed.json"
    path.write_text(
        r'{"version": "https://jsonfeed.org/version/1.1", "items":'
        r' [{"title": "a\ud800b \ud83d\ude00", "content_text": "Tekst \udfff."}]}'
    )
    (document,) = read(SourceSpec(location=str(path))).documents
    (item,) = document.items
    assert isinstance(item, Article)
    assert item.headline.text == "a\ufffdb 😀"
    document.text.encode()
