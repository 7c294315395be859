"""Mail as it comes: mailboxes, forwards, what newsletters say of themselves, and what is news."""

from pathlib import Path

import pytest

from digest.article import Article, Role
from digest.errors import InputError
from digest.sources.files import Readings, read_sources
from digest.sources.mail import parse_mail
from digest.sources.mailboxes import split_mbox
from digest.sources.spec import SourceSpec
from tests.conftest import AS_OF, ZONE, reading

HEAD = (
    "From: De Krant <nieuws@krant.example>\nDate: Sun, 22 Nov 2026 07:05:00 +0100\n"
    "Message-ID: <1@krant.example>\nMIME-Version: 1.0\n"
)
PROSE = "De brug over de rivier gaat twee weken dicht omdat het wegdek slijt, meldt de gemeente."
OTHER = "Het kabinet wil meer treinen laten rijden op zondag en debatteert er morgen over."


def mail(body: str, kind: str = "html", subject: str = "Ochtend") -> bytes:
    return f"{HEAD}Subject: {subject}\nContent-Type: text/{kind}; charset=utf-8\n\n{body}".encode()


def items(data: bytes) -> list[Article]:
    document = parse_mail(data, source="x", as_of=AS_OF, zone=ZONE)
    return [item for item in document.items if isinstance(item, Article)]


def heads(data: bytes) -> list[str]:
    return [item.headline.text for item in items(data)]


def prose(data: bytes) -> str:
    return "\n".join(
        part.text for item in items(data) for part in item.paragraphs if part.role is Role.BODY
    )


TWO = f"<h2>Brug dicht</h2><p>{PROSE}</p><h2>Meer treinen</h2><p>{OTHER}</p>"


class TestNewsletters:
    @pytest.mark.parametrize(
        "line",
        [
            "Je ontvangt deze nieuwsbrief omdat je je hebt aangemeld.", "Uitschrijven | Voorkeuren",
            "Wil je deze nieuwsbrief niet meer ontvangen?", "Ons postadres is:",
            "Postbus 12, 1200 AB Hilversum", "Facebook | Instagram | X", "KvK: 12345678",
        ],
    )  # fmt: skip
    def test_what_it_says_of_itself_is_left_out(self, line: str) -> None:
        data = mail(f"<p>Goedemorgen,</p>{TWO}<p>{line}</p>")
        assert heads(data) == ["Brug dicht", "Meer treinen"]
        assert prose(data) == f"{PROSE}\n{OTHER}"

    @pytest.mark.parametrize(
        "line",
        [
            "U krijgt dit jaar 80 euro meer, zegt het kabinet.", "De btw op boeken gaat omhoog.",
            "Uitschrijven uit de kerk kost vanaf morgen geld, zegt de bisschop.",
            "Afmelden voor de prik hoeft niet, zegt de GGD in Utrecht.",
            "Deze mail is verstuurd vanaf een adres in Oost-Europa, zegt de politie.",
            "Dag 2 wordt donderdag gespeeld in Londen.", "Beste herkenningspunt: een rode jas",
            "Locatie: Jan van Eycklaan 12, 3723 BC Bilthoven", "In 2026 de eerste prijs gewonnen.",
            "Installeer de nieuwe DigiD-app voor 1 januari, zegt Logius.",
        ],
    )  # fmt: skip
    @pytest.mark.parametrize("kind", ["html", "plain"])
    def test_what_only_sounds_like_that_is_news(self, line: str, kind: str) -> None:
        html = f"<h2>Brug dicht</h2><p>{line}</p><p>{PROSE}</p><h2>Meer treinen</h2><p>{OTHER}</p>"
        text = f"{line}\n\n{PROSE}\n\n{OTHER}"
        body = html if kind == "html" else f"UTRECHT (ANP) - {OTHER}\n\n{text}"
        assert line in prose(mail(body, kind))
        assert PROSE in prose(mail(body, kind))

    @pytest.mark.parametrize(
        "heading",
        [
            "Contact met Oekraïne verbroken", "Nummer 1 van de wereld verliest in Londen",
            "Ook lid van bende aangehouden", "Gemeente stopt met papieren nieuwsbrief",
            "Service van de gemeente wordt slechter",
        ],
    )  # fmt: skip
    def test_headings_of_news_stay(self, heading: str) -> None:
        assert heads(mail(f"<h2>{heading}</h2><p>{PROSE}</p>{TWO}"))[0] == heading

    @pytest.mark.parametrize(
        "form",
        [
            "<h3>{0}</h3>", "<p><b>{0}</b></p>", "<p><span style='font-size:22px'>{0}</span></p>",
            "<p style='font-weight:700'>{0}</p>", "<font size=5>{0}</font><br>",
            "<p><a href='https://krant.example/{0}'>{0}</a></p>", "<b><a href='/x'>{0}</a></b><br>",
        ],
    )  # fmt: skip
    def test_headings_of_all_kinds_begin_items(self, form: str) -> None:
        first, second = "Brug in Utrecht dicht", "Meer treinen op zondag"
        data = mail(f"{form.format(first)}<p>{PROSE}</p>{form.format(second)}<p>{OTHER}</p>")
        assert heads(data) == [first, second]

    @pytest.mark.parametrize(
        "text",
        [
            "1. BRUG DICHT\n\n{0}\n\n2. MEER TREINEN\n\n{1}\n\nU krijgt deze nieuwsbrief als lid.",
            "*Brug dicht*\n{0}\nhttps://k.example/1\n\n*Meer treinen*\n{1}\n\n--\nDe Krant",
            (
                "Brug dicht\n\n{0}\n\nLees meer: https://k.example/1\n\nMeer treinen\n\n{1}\n\n"
                "Lees meer: https://k.example/2"
            ),
            "** Brug dicht\n{0}\n\n** Meer treinen\n{1}",
            "Brug dicht\n----------\n{0}\n\nMeer treinen\n------------\n{1}\n",
        ],
        ids=["numbers", "stars", "links", "marks", "rules"],
    )
    def test_headings_of_plain_ones_begin_items(self, text: str) -> None:
        data = mail(text.format(PROSE, OTHER), "plain")
        assert [head.casefold() for head in heads(data)] == ["brug dicht", "meer treinen"]
        assert prose(data) == f"{PROSE}\n{OTHER}"
        leads = "https://k.example/1" if "k.example" in text else ""
        assert items(data)[0].origin.address == leads

    @pytest.mark.parametrize("kind", ["html", "plain"])
    def test_who_signs_is_no_news(self, kind: str) -> None:
        lines = [
            OTHER,
            PROSE,
            "Met vriendelijke groet,",
            "Anja Smit",
            "Voorlichter",
            "T 06 12345678",
        ]
        html = "".join(f"<p>{line}</p>" for line in lines)
        body = html if kind == "html" else "\n\n".join(["UTRECHT (ANP) - Er is nieuws.", *lines])
        assert "Anja" not in prose(mail(body, kind))
        assert prose(mail(body, kind)).endswith(PROSE)

    def test_a_greeting_in_the_news_closes_nothing(self) -> None:
        body = f"<p>{OTHER}</p><p>Groeten</p><p>Anja</p><p>{PROSE}</p>"
        assert prose(mail(body)).endswith(PROSE)

    def test_numbered_lists_are_no_headings(self) -> None:
        text = f"UTRECHT (ANP) - {PROSE}\n\n1. Brood\n\n2. Melk\n\n3. Kaas\n\n{OTHER}"
        assert heads(mail(text, "plain")) == ["Ochtend"]

    def test_one_article_with_headings_in_it_is_one(self) -> None:
        data = mail(f"<h1>Ochtend</h1><p>{PROSE}</p><h2>Geld</h2><p>{OTHER}</p>")
        assert heads(data) == ["Ochtend"]
        data = mail(f"<h1>De polder</h1><p>{PROSE}</p><h2>Geld</h2><p>{OTHER}</p>")
        assert heads(data) == ["Ochtend"]

    def test_an_advertisement_costs_no_news(self) -> None:
        link = "<h2><a href='https://krant.example/{0}'>{0}</a></h2><p>{1}</p>"
        shop = "<a href='https://winkel.example/'>Koop nu</a>"
        ad = f"<p>Advertentie</p><h2>{shop}</h2><p>Zo goed.</p>"
        body = f"{link.format('Brug', PROSE)}{ad}{link.format('Trein', OTHER)}"
        assert heads(mail(body)) == ["Brug", "Trein"]
        whole = (
            f"<h2>Brug</h2><p>{PROSE}</p><p>Advertentie</p><p>{OTHER}</p><h2>X</h2><p>{PROSE}</p>"
        )
        assert OTHER in prose(mail(whole))


class TestForwards:
    @pytest.mark.parametrize(
        "text",
        [
            (
                "Ter info\n\n---------- Forwarded message ---------\nVan: A <a@b.example>\n"
                "Date: zo 22 nov 2026 om 07:05\nSubject: Brug dicht\nTo: <c@d.example>\n\n{0}"
            ),
            (
                "Zie onder\n\nVan: A <a@b.example>\nVerzonden: zondag 22 november 2026 07:05\n"
                "Aan: C\nOnderwerp: Brug dicht\n\n{0}"
            ),
            (
                "Begin doorgestuurd bericht:\n> \n> Van: A <a@b.example>\n> Onderwerp: Brug dicht\n"
                "> Datum: 22 november 2026\n> Aan: C\n> \n> {0}"
            ),
        ],
    )
    def test_the_inner_message_is_read(self, text: str) -> None:
        data = mail(text.format(PROSE), "plain", subject="Fwd: iets")
        assert heads(data) == ["Brug dicht"]
        assert prose(data) == PROSE
        assert items(data)[0].origin.publisher == "A"

    def test_a_letter_in_the_news_is_none(self) -> None:
        letter = "Aan: de minister\nVan: het lid Jansen\nDatum: 26 november\nOnderwerp: de brug"
        data = mail(f"DEN HAAG (ANP) - {PROSE}\n\n{letter}\n\n{OTHER}", "plain")
        assert PROSE in prose(data)

    def test_quotation_marks_of_copy_stay(self) -> None:
        assert "> kop" in prose(mail(f"UTRECHT (ANP) - {PROSE}\n\n> kop van de dag", "plain"))


class TestMailboxes:
    def read(self, path: Path) -> Readings:
        return read_sources([SourceSpec(location=str(path))], reading())

    @pytest.fixture
    def maildir(self, tmp_path: Path) -> Path:
        box = tmp_path / "Maildir"
        for name in ("cur", "new", "tmp", ".Nieuws/cur", ".Nieuws/new", ".Trash/cur", ".Trash/new"):
            (box / name).mkdir(parents=True)
        return box

    def test_a_maildir_is_one_source_with_what_lies_below(self, maildir: Path) -> None:
        for place, title in (("new/2.a", "B"), ("cur/1.b:2,S", "A"), (".Nieuws/new/3", "C"),
                             (".Trash/new/4", "D")):  # fmt: skip
            body = f"<p>{title} {PROSE}</p>"
            (maildir / place).write_bytes(
                mail(body, subject=title).replace(b"<1@", f"<{title}@".encode())
            )
        (document,) = self.read(maildir).documents
        assert [item.headline.text for item in document.items if isinstance(item, Article)] == [
            "A",
            "B",
            "C",
        ]

    def test_one_bad_message_costs_itself_alone(self, maildir: Path) -> None:
        (maildir / "new" / "1").write_bytes(mail(f"<p>{PROSE}</p>"))
        (maildir / "new" / "2").symlink_to("/nowhere")
        (maildir / "new" / "3").write_bytes(b"x" * 50_000_001)
        found = self.read(maildir)
        assert len(found.documents[0].items) == 1
        assert len(found.failures) == 1

    def test_an_empty_one_is_no_failure(self, maildir: Path) -> None:
        assert self.read(maildir).failures == ()

    def test_an_mbox_is_split_where_messages_begin(self) -> None:
        box = (
            b"From a@x.nl Sun Nov 22 07:05:00 2026\nSubject: a\n\n"
            b">From ver\nFrom Amsterdam komt\n\n"
            b"From - Sun Nov 22 08:05:00 2026\nSubject: b\n\ntekst\n"
            b"From b@x.nl Sun Nov 22 07:05:00 2026 +0100\nSubject: c\n\n"
        )
        parts = list(split_mbox(box.splitlines(keepends=True)))
        assert [part.split(b"\n")[0] for part in parts] == [
            b"Subject: a",
            b"Subject: b",
            b"Subject: c",
        ]
        assert b"\nFrom ver\nFrom Amsterdam komt\n" in parts[0]

    @pytest.mark.parametrize(
        ("body", "name"),
        [
            (b"-----BEGIN PGP MESSAGE-----\n\nabc", "an encrypted mail message"),
            (b"", "is empty"),
        ],
    )
    def test_what_cannot_be_read_is_named(self, body: bytes, name: str) -> None:
        with pytest.raises(InputError, match=name):
            items(mail(body.decode(), "plain"))
