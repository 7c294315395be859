"""A table of what each check must doubt, and of what it must leave alone."""

import pytest

from digest.edition import Flag
from digest.lexicon.numbers import Language, find_numbers
from digest.translation.checks import CHECKS, check_segment

LONG = "Het kabinet heeft dinsdag na lang overleg besloten de begroting aan te passen."

DOUBTFUL = [
    (Flag.EMPTY, "Het regent.", ""),
    (Flag.EMPTY, "Het regent.", " … "),
    (Flag.COPY, "Ajax wint weer van de koploper.", "Ajax wint weer van de koploper."),
    (Flag.COPY, "De trein rijdt vandaag niet meer.", "The trein rijdt vandaag niet meer."),
    (Flag.LOOP, "De plicht roept.", "The duty duty duty duty calls."),
    (Flag.LOOP, "Hij ging naar huis.", "He went to the house and went to the house and left."),
    (Flag.LENGTH, LONG, "The cabinet decided."),
    (Flag.LENGTH, "Het regent in het hele land.", "It rains " + "and it pours " * 4 + "here."),
    (
        Flag.LENGTH,
        "Ajax wint",
        "Ajax wins the match, the cup, the league, and then some more of it",
    ),
    (Flag.NUMBERS, "Er vielen 12 doden.", "There were 21 deaths."),
    (Flag.NUMBERS, "Het kost 1.500 euro.", "It costs 1.500 euros."),
    (Flag.NUMBERS, "Het kost 2,5 miljoen euro.", "It costs 25 million euros."),
    (Flag.NUMBERS, "Sinds 2021 zit zij vast.", "She has been in prison for years."),
    (Flag.NUMBERS, "Zij zit lang vast.", "She has been in prison since 2021."),
    (Flag.NUMBERS, "Ajax won met 3-2.", "Ajax won 3-1."),
    (Flag.NUMBERS, "Om 14.30 uur begint het.", "It starts at 4:30 pm."),
    (Flag.NUMBERS, "Op 12 december 2025 begint het.", "It starts on 11 December 2025."),
    (Flag.QUOTES, 'Hij zei: "Kom maar."', "He said: Come on."),
    (Flag.QUOTES, 'Hij zei: "Kom maar."', 'He said: "Come on.'),
    (Flag.QUOTES, "Het hof (ICC) sprak.", "The court ICC spoke."),
    (Flag.DUTCH, "De minister wil niet opstappen.", "The minister does niet want to step down."),
    (Flag.DUTCH, "Er is veel onzekerheid over.", "There is a lot of onzekerheid here, veel."),
    (Flag.NAMES, "Daarna kwam Volodymyr Zelensky aan.", "After that the president arrived."),
    (Flag.SYMBOLS, "Hij lachte.", "♪ He laughed."),
    (Flag.SYMBOLS, "Het bedrijf groeit.", "The company_grows."),
]

FINE = [
    ("De trein staat.", "The train stands."),
    ("Ajax", "Ajax"),
    ("Max Verstappen, Lando Norris", "Max Verstappen, Lando Norris"),
    ("Weer wint Ajax, weer verliest PSV.", "Again Ajax wins, again PSV loses."),
    ("Ja, ja, ja!", "Yes, yes, yes!"),
    (LONG, "The cabinet decided on Tuesday after long talks to adjust the budget."),
    ("Er vielen 12 doden.", "Twelve people died."),
    ("Er vielen twaalf doden.", "There were 12 deaths."),
    ("Het kost 1.500 euro.", "It costs 1,500 euros."),
    ("Het kost 1500 euro.", "It costs 1,500 euros."),
    ("Het kost 2,5 miljoen euro.", "It costs 2.5 million euros."),
    ("Het kost 2,5 miljoen euro.", "It costs 2,500,000 euros."),
    ("De 1,2 miljard is op.", "The 1.2 billion is gone."),
    ("Het groeit met 3,4 procent.", "It grows by 3.4%."),
    ("Ajax won met 3-2.", "Ajax won 3-2."),
    ("Om 14.30 uur begint het.", "It starts at 14:30."),
    ("Om 14.30 uur begint het.", "It starts at 2:30 p.m."),
    ("Om 15.00 uur begint het.", "It starts at 3 pm."),
    ("Op 12-12-2025 begint het.", "It starts on 12 December 2025."),
    ("Op 1 januari 2027 begint het.", "It starts on January 1, 2027."),
    ("In de 20e eeuw begon het.", "It began in the 20th century."),
    ("In de twintigste eeuw begon het.", "It began in the 20th century."),
    ("De 13-jarige jongen is terug.", "The thirteen-year-old boy is back."),
    ("Een dertienjarige jongen is terug.", "A 13-year-old boy is back."),
    ("In de jaren 90 begon het.", "It began in the 1990s."),
    ("Drie van de vijf waren er.", "3 of the 5 were there."),
    ("Het duurt anderhalf uur.", "It takes 1.5 hours."),
    ("Tweeëntwintig landen deden mee.", "22 countries took part."),
    ("Het kostte 3000 levens.", "It cost three thousand lives."),
    ('Hij zei: "Kom maar."', "He said: “Come on.”"),
    ('"Jullie kunnen Rusland redden.', '"You can save Russia.'),
    ("'s Avonds regent het.", "In the evening it rains."),
    ("Hans' boek is uit.", "Hans's book is out."),
    ("Kevin de Bruyne speelt niet.", "Kevin de Bruyne is not playing."),
    ("De Telegraaf en Het Parool schrijven dat.", "De Telegraaf and Het Parool write that."),
    ("Daarna kwam Vladimir Poetin aan.", "After that Vladimir Putin arrived."),
    ("Hij is in de Verenigde Staten geboren.", "He was born in the United States."),
    ("Volgens het ministerie van Binnenlandse Zaken", "According to the Interior Ministry"),
    ("De minister-president spreekt.", "The prime minister speaks."),
]


@pytest.mark.parametrize(("flag", "dutch", "english"), DOUBTFUL)
def test_failures_are_flagged(flag: Flag, dutch: str, english: str) -> None:
    assert flag in check_segment(dutch, english)


@pytest.mark.parametrize(("dutch", "english"), FINE)
def test_good_translations_are_left_alone(dutch: str, english: str) -> None:
    assert check_segment(dutch, english) == ()


def test_every_flag_has_a_check_and_examples() -> None:
    checked = set(CHECKS) | {Flag.EMPTY}
    assert checked == {flag for flag, _, _ in DOUBTFUL} == set(Flag) - {Flag.FOREIGN, Flag.MEANING}


def test_numbers_are_found_in_reading_order() -> None:
    found = find_numbers("Twee van de 1.500 om 14.30 uur", Language.DUTCH)
    assert [number.text for number in found] == ["Twee", "1.500", "14.30"]
    assert 1500.0 in found[1].readings
    assert ("clock", 870) in found[2].readings
