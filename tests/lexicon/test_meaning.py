"""The check sees what is lost, and leaves alone what arrived in other words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.lexicon.english import EnglishText
from digest.lexicon.lexicon import load_lexicon
from digest.lexicon.meaning import THRESHOLD, MeaningCheck, doubtful, expected_losses
from digest.lexicon.names import is_close, sound
from tests import CHECKOUT

CHECK = MeaningCheck(load_lexicon(), {})


def lost(dutch: str, english: str, check: MeaningCheck = CHECK) -> list[str]:
    missing = check.check(dutch, english).missing
    return [dutch[gloss.start : gloss.end] for gloss in doubtful(missing)]


@pytest.mark.parametrize(
    ("dutch", "english", "words"),
    [
        ("De kogel raakte een slagader.", "The bullet hit an accomplice.", ["slagader"]),
        ("Zij danst in de balzaal.", "She dances in the bowling hall.", ["balzaal"]),
        ("Morgen komt Zelensky naar Berlijn.", "Zelky comes to Berlin tomorrow.", ["Zelensky"]),
        ("Turkije sprak met Turkmenistan.", "Turkey spoke with Turkistan.", ["Turkmenistan"]),
        ("Er kwamen 1.500 mensen.", "There were 15 people.", ["1.500"]),
        ("De trein werd tegengehouden.", "The train was delayed.", ["tegengehouden"]),
    ],
)
def test_what_is_lost_is_named(dutch: str, english: str, words: list[str]) -> None:
    assert lost(dutch, english) == words


@pytest.mark.parametrize(
    ("dutch", "english"),
    [
        ("Het raakte een slagader.", "It hit an artery."),
        ("Zij danst in de balzaal.", "She is dancing in the ballroom."),
        ("Dat zegt president Zelensky.", "President Zelenskyy says so."),
        ("Het orkest speelt Sjostakovitsj.", "The orchestra plays Shostakovich."),
        ("De minister nam een advocaat in de arm.", "The minister hired a lawyer."),
        ("Hij houdt de trein tegen.", "He stops the train."),
        ("De erfgoedorganisatie wint.", "The heritage organisation wins."),
        ("Er kwamen 1.500 mensen om 14.30 uur.", "1,500 people came at 2:30 p.m."),
        ("Elf mensen kwamen.", "11 people came."),
        ("De fotosfeer is heet.", "The photosphere is hot."),
        ("De Zuid-Afrikaan wint.", "The South African wins."),
        ("Veel Venezolanen in Caracas vieren feest.", "Many Venezuelans celebrate in Caracas."),
        ("Een Russischtalige video.", "A Russian-language video."),
        ("De kleur van het centrum.", "The colour of the centre."),
    ],
)
def test_what_arrived_is_left_alone(dutch: str, english: str) -> None:
    assert lost(dutch, english) == []


def test_a_term_of_the_user_goes_before_the_word_list() -> None:
    dutch, english = "De slagader van het land.", "The lifeline of the country."
    assert lost(dutch, english) == ["slagader"]
    own = MeaningCheck(load_lexicon(), {"slagader": "lifeline"})
    assert lost(dutch, english, own) == []
    (missing,) = own.check(dutch, "The country.").missing
    assert missing.gloss.meanings == ("lifeline",)


def test_a_better_translation_has_the_smaller_loss() -> None:
    dutch = "Een tank doorboorde de slagader van de soldaat."
    losses = [
        expected_losses(CHECK.check(dutch, english).missing)
        for english in (
            "A tank pierced the soldier's artery.",
            "A tank pierced the soldier's accomplice.",
            "A tank was an accomplice.",
        )
    ]
    assert losses[0] == 0 < losses[1] < losses[2]


def test_words_judged_by_hand_are_found_as_documented() -> None:
    """The figures of benchmarks/README.md, with some room: they decide what a reader is told."""
    from benchmarks.meaning import curve

    row = next(row for row in curve({}) if row["odds above"] == THRESHOLD)
    assert row["of them right %"] >= 82
    assert row["wrong words found %"] >= 34


def test_few_human_translations_are_doubted() -> None:
    rows = (CHECKOUT / "benchmarks" / "news-dev.tsv").read_text(encoding="utf-8").splitlines()
    pairs = [row.split("\t") for row in rows]
    alarms = [bool(lost(dutch, english)) for dutch, english in pairs]
    assert sum(alarms) <= 0.12 * len(alarms)


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_two_texts_can_be_held_against_each_other(dutch: str, english: str) -> None:
    meanings = CHECK.check(dutch, english)
    assert len(meanings.missing) <= meanings.checked
    for gloss in doubtful(meanings.missing):
        assert 0 <= gloss.start < gloss.end <= len(dutch)


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("prevent", "prevented"),
        ("agree", "an agreement"),
        ("artery", "arteries"),
        ("act", "acting"),
    ],
)
def test_words_are_known_in_other_forms(word: str, text: str) -> None:
    assert EnglishText(text).has_word(word)


def test_names_are_compared_by_sound_and_few_letters() -> None:
    assert is_close(sound("tsjechov"), sound("chekhov"))
    assert is_close("zelensky", "zelenskyy")
    assert not is_close("zelensky", "zelky")
    assert not is_close("berlijn", "merlijn")
