import pytest

from digest.sources.language import is_dutch


@pytest.mark.parametrize(
    "text",
    [
        "De minister heeft dinsdag een brug geopend in Utrecht.",
        "Max Verstappen wint Grand Prix Abu Dhabi",
        "Kabinet valt",
        "",
        "1 2 3 4 5 6 7 8",
        "Volgens The Washington Post wil de president het plan intrekken.",
    ],
)
def test_dutch_and_what_cannot_be_told_is_dutch(text: str) -> None:
    assert is_dutch(text)


@pytest.mark.parametrize(
    "text",
    [
        "The minister said on Monday that he will resign.",
        "Die Bundesregierung hat am Montag beschlossen, dass die Steuern nicht steigen.",
        "Le gouvernement a décidé lundi que les impôts ne vont pas augmenter.",
        "El gobierno decidió el lunes que los impuestos no van a subir en el país.",
        "Il governo ha deciso che le tasse non aumentano per gli italiani.",
    ],
)
def test_other_languages_are_told(text: str) -> None:
    assert not is_dutch(text)
