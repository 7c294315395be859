from datetime import datetime
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from digest.article import Article, Brief, Document, Paragraph, dateline_of
from digest.cleaning import clean
from digest.sources.datelines import match_dateline
from digest.sources.wire import parse_wire
from tests.conftest import AS_OF


def parse(text: str) -> Document:
    return parse_wire(text, source="test", as_of=AS_OF)


class TestSeed:
    """The article that the user gave is understood whole."""

    def document(self, seed: Path) -> Document:
        return parse(seed.read_text(encoding="utf-8"))

    def test_has_one_article_with_headline_dateline_and_four_paragraphs(self, seed: Path) -> None:
        article = self.document(seed).items[0]
        assert isinstance(article, Article)
        assert (
            article.headline.text == "Oekraïne tegen Russen: weiger te vechten, wij beschermen je"
        )
        assert not article.headline.derived
        dateline = dateline_of(article)
        assert dateline
        assert (dateline.place, dateline.place_en) == ("Kiev", "Kyiv")
        assert dateline.agencies == ("ANP", "AFP", "RTR")
        assert len(article.paragraphs) == 4
        assert article.section is None

    def test_has_seven_briefs_from_abroad_each_with_its_own_time(self, seed: Path) -> None:
        briefs = [item for item in self.document(seed).items if isinstance(item, Brief)]
        found = [
            (dateline.place.upper(), dateline.agencies, brief.published.english, brief.published.at)
            for brief in briefs
            if (dateline := dateline_of(brief)) and brief.published
        ]
        assert found == [
            ("WASHINGTON", ("ANP",), "20 minutes ago", AS_OF.replace(hour=14, minute=40)),
            ("BERLIJN", ("ANP", "DPA"), "38 minutes ago", AS_OF.replace(hour=14, minute=22)),
            ("CARACAS", ("ANP", "RTR"), "1 hour ago", AS_OF.replace(hour=14)),
            ("MOSKOU", ("ANP", "DPA"), "2 hours ago", AS_OF.replace(hour=13)),
            ("ASHGABAT", ("ANP", "RTR"), "2 hours ago", AS_OF.replace(hour=13)),
            ("TEHERAN", ("ANP", "AFP"), "2 hours ago", AS_OF.replace(hour=13)),
            ("BRUSSEL", ("ANP",), "3 hours ago", AS_OF.replace(hour=12)),
        ]
        assert {(brief.section.name, brief.section.name_en) for brief in briefs} == {
            ("Buitenland", "Foreign")
        }

    def test_keeps_every_character(self, seed: Path) -> None:
        assert self.document(seed).is_complete


class TestHeadline:
    def test_is_derived_from_the_first_sentence_when_the_text_begins_with_a_dateline(self) -> None:
        (item,) = parse("KIEV (ANP) - Dr. Jansen sprak. Daarna zweeg hij.").items
        assert isinstance(item, Article)
        assert item.headline.text == "Dr. Jansen sprak."
        assert item.headline.derived

    def test_is_derived_when_the_first_line_is_running_text(self) -> None:
        (item,) = parse("De minister sprak. Daarna zweeg hij.").items
        assert isinstance(item, Article)
        assert item.headline.derived
        assert item.paragraphs == (Paragraph(text="De minister sprak. Daarna zweeg hij."),)

    def test_may_stand_alone(self) -> None:
        (item,) = parse("Kabinet valt\n").items
        assert isinstance(item, Article)
        assert (item.headline.text, item.paragraphs) == ("Kabinet valt", ())


class TestDateline:
    def test_needs_capitals(self) -> None:
        assert match_dateline("De minister (VVD) - bekend van televisie - sprak.") is None

    def test_takes_apostrophes_hyphens_and_slashes(self) -> None:
        for text, place in [
            ("'S-HERTOGENBOSCH (ANP) - De stad", "'s-Hertogenbosch"),
            ("PARIJS/LONDEN (ANP/AFP) – De stad", "Parijs/Londen"),
            ("ALPHEN AAN DEN RIJN (ANP) - De stad", "Alphen aan den Rijn"),
            ("IJMUIDEN (ANP) — De stad", "IJmuiden"),
        ]:
            found = match_dateline(text)
            assert found
            assert (found[0].place, found[1]) == (place, "De stad")

    def test_translates_each_of_two_places(self) -> None:
        found = match_dateline("PARIJS/LONDEN (ANP) - De stad")
        assert found
        assert found[0].place_en == "Paris/London"


class TestTimes:
    def test_in_a_sentence_are_text(self) -> None:
        (item,) = parse("Aanval\n20 minuten geleden begon de aanval.").items
        assert item.published is None
        assert item.paragraphs == (Paragraph(text="20 minuten geleden begon de aanval."),)

    def test_without_an_item_before_them_are_kept_as_text(self) -> None:
        document = parse("20 minuten geleden\nMeer uit Sport\nAjax wint.")
        assert document.is_complete
        assert "20 minuten geleden" in document.reassemble()

    def test_a_second_one_is_kept_as_text(self) -> None:
        document = parse("Meer uit Sport\nAjax wint.\n1 uur geleden\n2 uur geleden")
        assert document.is_complete
        assert len(document.items) == 2


class TestWrappedLines:
    def test_are_joined_to_paragraphs(self) -> None:
        text = (
            "Kabinet valt over begroting\n\n"
            "DEN HAAG (ANP) - Het kabinet is dinsdag gevallen na een lang debat in\n"
            "de Tweede Kamer over de begroting van volgend jaar, die voor veel\n"
            "onrust zorgde bij de partijen in de oppositie. De premier bood zijn\n"
            "ontslag aan."
        )
        (item,) = parse(text).items
        assert len(item.paragraphs) == 1
        assert "in de Tweede Kamer" in item.paragraphs[0].text

    def test_short_paragraphs_are_left_alone(self) -> None:
        text = (
            "Kop\nDe minister kwam.\nHij sprak lang over de begroting van volgend jaar.\nHij ging."
        )
        (item,) = parse(text).items
        assert len(item.paragraphs) == 3


WIRE_TOKENS = st.sampled_from(
    [
        "KIEV (ANP/AFP) - ",
        "DEN HAAG - ",
        "20 minuten geleden",
        "gisteren om 22.15 uur",
        "31 februari 2025",
        "Meer uit Buitenland",
        "De minister sprak. ",
        "\n",
        "\n\n",
        "\r\n",
        " ",
        "(",
        "-",
        "een uur geleden",
    ]
)


@given(st.one_of(st.text(), st.lists(WIRE_TOKENS | st.text(max_size=8)).map("".join)))
def test_no_character_of_any_text_is_lost(text: str) -> None:
    document = parse_wire(text, source="test", as_of=AS_OF)
    assert document.is_complete
    assert bool(document.items) <= bool(clean(text).strip())


@given(st.datetimes(timezones=st.just(AS_OF.tzinfo)), st.lists(WIRE_TOKENS).map("".join))
def test_no_moment_breaks_the_parser(as_of: datetime, text: str) -> None:
    assert parse_wire(text, source="test", as_of=as_of).is_complete
