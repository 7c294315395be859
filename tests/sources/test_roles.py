import pytest

from digest.article import Role
from digest.sources.roles import english_byline, find_role


@pytest.mark.parametrize(
    ("line", "role"),
    [
        ("Lees ook: Vorige storm", Role.LINK),
        ("• Lees meer »", Role.LINK),
        ("Lees verder op voorbeeld.nl", Role.LINK),
        ("Deel dit artikel", Role.LINK),
        ("Volg ons op Facebook", Role.LINK),
        ("(PDF | 3 pagina's | 120 kB)", Role.LINK),
        ("Foto: ANP", Role.CREDIT),
        ("Foto © Getty Images", Role.CREDIT),
        ("ANP/Hollandse Hoogte/Jan Jansen", Role.CREDIT),
        ("© 2026 Krant. Alle rechten voorbehouden.", Role.CREDIT),
        ("Bron: NOS", Role.CREDIT),
        ("Door Jan Jansen en Piet de Boer", Role.BYLINE),
        ("VAN ONZE CORRESPONDENT", Role.BYLINE),
        ("- Advertentie -", Role.ADVERTISEMENT),
        ("Tekst gaat verder onder de foto", Role.ADVERTISEMENT),
        ("* * *", Role.SEPARATOR),
        ("Dit artikel is alleen voor abonnees. Log in om verder te lezen.", Role.NOTICE),
        ("Het bericht Storm verscheen eerst op Voorbeeld.", Role.NOTICE),
        ("U ontvangt deze nieuwsbrief omdat u zich heeft aangemeld.", Role.NOTICE),
        ("Bekijk online | Afmelden | Privacy", Role.NOTICE),
        ("Club | Duels | Punten", Role.TABLE),
        ("PSV\t12\t34", Role.TABLE),
    ],
)
def test_lines_that_are_no_prose_are_told(line: str, role: Role) -> None:
    assert find_role(line) is role


@pytest.mark.parametrize(
    "line",
    [
        "Kijk terug op 2026: het jaar van de grote storm",
        "Copyright op AI-beelden bestaat niet, zegt rechter",
        "Deel dit kabinet wil langer doorgaan",
        "Deel dit nieuws niet, vroeg de school. Ouders deden het toch.",
        "Lees ook eens een boek, zegt de minister. Dat helpt kinderen.",
        "Uitschrijven als student kan nog. Het kost niets meer sinds mei.",
        "Foto: zo ziet de nieuwe brug eruit",
        "Foto's van de storm gaan de wereld over",
        "Bron: minister stapt op na ruzie",
        "© is het teken van het auteursrecht. Dat bestaat sinds 1912.",
        "Van de redactie mocht dat niet",
        "Door de storm zijn bomen omgewaaid",
        "VAN GOGH MUSEUM OPENT DEUREN",
        "Word lid van de partij, zegt hij",
        "Meer weten over vogels is leuk.",
        "•\tDe boete voor te hard rijden gaat omhoog.",
        "\uf0b7\tDe trein wordt goedkoper.",
    ],
)
def test_what_only_looks_like_them_is_prose(line: str) -> None:
    assert find_role(line) is Role.BODY


def test_bylines_have_a_rule_for_their_english() -> None:
    assert english_byline("Door Jan Jansen en Piet Boer") == "By Jan Jansen and Piet Boer"
    assert english_byline("Tekst: Jan Jansen") == "By Jan Jansen"
