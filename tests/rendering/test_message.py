import json
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.addresses import parse_address
from digest.errors import UsageError
from digest.rendering.documents import Making, make_mail
from digest.rendering.environment import Templates
from digest.rendering.message import SUBJECT, Envelope, message_id
from digest.rendering.view import Look
from tests import CHECKOUT
from tests.conftest import AS_OF
from tests.rendering.test_environment import SEED_ENGLISH, edition_of

ENVELOPE = Envelope(
    sender=parse_address("Nieuws <news@example.org>"),
    recipients=(parse_address("Reader <reader@example.com>"),),
    subject=SUBJECT,
    now=AS_OF,
)
WARNINGS: list[str] = []
MAKING = Making(
    look=Look(), templates=Templates(CHECKOUT / "templates"), made=AS_OF, warn=WARNINGS.append
)


def parsed(data: bytes) -> EmailMessage:
    message = message_from_bytes(data, policy=SMTP)
    assert isinstance(message, EmailMessage)
    return message


def many(items: int) -> str:
    return "Kop\nTekst.\nMeer uit Sport\n" + "\n".join(
        f"ROTTERDAM (ANP) - Bericht {n} over één wedstrijd." for n in range(1, items)
    )


def test_a_message_looks_as_it_did(seed: Path, golden: Callable[[str, str], None]) -> None:
    edition = edition_of(seed.read_text(encoding="utf-8"), answers=SEED_ENGLISH)
    text = make_mail(edition, MAKING, ENVELOPE).decode("ascii").replace("\r\n", "\n")
    boundary = text.split('boundary="')[1].split('"')[0]
    golden("message.eml", text.replace(boundary, "BOUNDARY"))


def test_it_has_text_first_and_then_html() -> None:
    message = parsed(make_mail(edition_of("Kop\nEén zin."), MAKING, ENVELOPE))
    assert message.get_content_type() == "multipart/alternative"
    text, html = message.iter_parts()
    assert (text.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert "  | Eén zin." in text.get_content()
    assert "Eén zin.</p>" in html.get_content()


def test_its_headers_are_those_of_an_edition() -> None:
    message = parsed(make_mail(edition_of("Kop"), MAKING, ENVELOPE))
    assert message["Subject"] == (
        "Test: Sunday 22 November 2026 · zondag 22 november 2026 (1 item)"
    )
    assert message["From"] == "Nieuws <news@example.org>"
    assert message["To"] == "Reader <reader@example.com>"
    assert message["Date"].datetime == AS_OF
    assert message["List-Id"] == "<digest.example.org>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Content-Language"] == "en, nl"


def test_its_id_is_stable_for_a_date_and_recipient() -> None:
    edition = edition_of("Kop")
    other = replace(ENVELOPE, recipients=(parse_address("b@example.com"),))
    assert message_id(edition, ENVELOPE) == message_id(edition_of("Iets anders"), ENVELOPE)
    assert message_id(edition, ENVELOPE) != message_id(edition, other)
    assert message_id(edition, ENVELOPE) != message_id(
        replace(edition, day=date(2026, 11, 23)), ENVELOPE
    )


@pytest.mark.parametrize("items", [1, 20, 200])
def test_lines_keep_within_the_limits_of_mail(items: int) -> None:
    data = make_mail(edition_of(many(items)), MAKING, ENVELOPE)
    lines = data.split(b"\r\n")
    assert max(map(len, lines)) <= 78
    assert b"\n" not in b"".join(lines)
    assert data.isascii()
    assert f"({items} item" in parsed(data)["Subject"]


@given(st.text(min_size=1, max_size=60))
def test_no_input_forges_a_header(noise: str) -> None:
    evil = f"{noise}\r\nBcc: victim@example.net\r\n\r\nbody"
    edition = edition_of(f"{evil}\n{evil}", title=evil)
    message = parsed(make_mail(edition, MAKING, ENVELOPE))
    assert message["Bcc"] is None
    assert message.get_content_type() == "multipart/alternative"
    assert {name.lower() for name in message} == {
        "from", "to", "subject", "date", "message-id", "list-id", "auto-submitted",
        "content-language", "mime-version", "content-type",
    }  # fmt: skip


@pytest.mark.parametrize(
    "text", ["", "nobody", "a@b\nBcc: c@d", "a@b, c@d", "@b", "a b@c", "a@b\r\n\r\nx"]
)
def test_what_is_not_one_address_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="address"):
        parse_address(text)


@pytest.mark.parametrize("subject", ["{nothing}", "{", "{title.__class__.__mro__[9]}"])
def test_a_subject_of_unknown_parts_is_refused(subject: str) -> None:
    with pytest.raises(UsageError, match="cannot be filled in"):
        make_mail(edition_of("Kop"), MAKING, replace(ENVELOPE, subject=subject))


def test_html_that_was_shortened_is_attached_whole() -> None:
    edition = edition_of(many(200))
    message = parsed(make_mail(edition, replace(MAKING, max_size=60), ENVELOPE))
    (whole,) = message.iter_attachments()
    assert whole.get_filename() == "digest-2026-11-22.html"
    assert "Bericht 199" in whole.get_content()
    html = message.get_body(("html",))
    assert html
    assert len(html.get_content().replace("\r\n", "\n").encode()) <= 60_000


@pytest.mark.parametrize("items", [1, 20, 200])
def test_another_parser_understands_it(items: int, tmp_path: Path) -> None:
    checks = CHECKOUT / "tests" / "web"
    if not shutil.which("node") or not (checks / "node_modules" / "postal-mime").is_dir():
        pytest.skip("no node_modules in tests/web; `npm ci` there installs them")
    path = tmp_path / "message.eml"
    path.write_bytes(make_mail(edition_of(many(items)), MAKING, ENVELOPE))
    done = subprocess.run(
        ["node", "parse-mail.mjs", str(path)], cwd=checks, check=True, capture_output=True
    )
    mail = json.loads(done.stdout)
    assert mail["subject"].startswith("Test: Sunday 22 November 2026 · zondag 22 november 2026")
    assert mail["from"] == {"name": "Nieuws", "address": "news@example.org"}
    assert mail["text"].count("ROTTERDAM") == 0
    assert mail["text"].count("één wedstrijd") == items - 1
    assert mail["html"].startswith("<!DOCTYPE html>")
