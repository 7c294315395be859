"""The HTML as a validator, a browser and assistive technology see it.

Needs Node, `npm ci` in tests/web and Chromium; `.ci/run` installs all of it.
"""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests import CHECKOUT, GOLDEN

MAIL = [
    "interleaved.html", "columns.html", "translation.html", "original.html", "sentences.html",
    "linked.html", "linked-translation.html",
]  # fmt: skip
WEB = ["web.html", "web-columns.html"]
LINKED = ["linked-page.html"]
CHECKS = CHECKOUT / "tests" / "web"

# What Gmail, Apple Mail, Outlook.com and Thunderbird apply, or ignore without harm, as
# caniemail.com lists it.
MAIL_PROPERTIES = frozenset(
    """
    background-color border-bottom border-collapse border-color border-left border-top color
    display font-family font-size font-style font-weight line-height margin max-height max-width
    overflow padding page-break-inside text-align text-decoration vertical-align width word-break
    """.split()
)


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("printed")


@pytest.fixture(scope="module")
def reports(printed: Path) -> dict[str, Any]:
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    if not browser:
        pytest.skip("no chromium; `.ci/run` installs it")
    if not shutil.which("node") or not (CHECKS / "node_modules").is_dir():
        pytest.skip("no node_modules in tests/web; `npm ci` there installs them")
    done = subprocess.run(
        [
            "node",
            "check.mjs",
            browser,
            *(str(GOLDEN / name) for name in MAIL + WEB + LINKED),
            "--pdf",
            str(printed),
        ],
        cwd=CHECKS,
        check=True,
        capture_output=True,
        text=True,
        timeout=300,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("name", MAIL + WEB + LINKED)
class TestPages:
    def test_are_valid(self, reports: dict[str, Any], name: str) -> None:
        assert reports[name]["invalid"] == []

    def test_are_accessible_in_light_and_dark(self, reports: dict[str, Any], name: str) -> None:
        assert reports[name]["axe"] == {"light": [], "dark": []}

    def test_fit_every_screen(self, reports: dict[str, Any], name: str) -> None:
        assert reports[name]["overflow"] == {"320": [], "380": [], "800": [], "1280": []}

    def test_can_be_pressed_with_a_thumb(self, reports: dict[str, Any], name: str) -> None:
        assert reports[name]["touch"] == []

    def test_ask_for_nothing_and_fail_at_nothing(self, reports: dict[str, Any], name: str) -> None:
        assert reports[name]["requests"] == []
        assert reports[name]["errors"] == []


BOTH, ENGLISH, DUTCH = "lead other", "lead", "other"


@pytest.mark.parametrize("name", WEB)
@pytest.mark.parametrize(
    ("what", "expected"),
    [
        (
            "scripts",
            {
                "phrase": 1,
                "back": True,
                "lit": True,
                "focused": "item-2",
                "sentence": "2-1-1",
                "shown": 1,
                "status": "1 of 8 items",
            },
        ),
        # Each with its switch; the last one switched off brings back the other, and it is kept.
        ("languages", [BOTH, ENGLISH, DUTCH, "headline", DUTCH, BOTH]),
        ("folding", {"one": 2, "none": 0, "led": True, "all": 0}),
        ("help", {"open": True, "off": True, "button": True}),
        ("place", True),
        (
            "explain",
            {
                "before": False,
                "pointed": True,
                "focused": True,
                "away": True,
                "outside": [],
                "text": "balzaal: ballroom",
            },
        ),
        ("plain", [BOTH, ENGLISH, BOTH]),
    ],
)
def test_a_person_can_use_the_page(
    reports: dict[str, Any], name: str, what: str, expected: object
) -> None:
    assert reports[name]["behaviour"][what] == expected


@pytest.mark.parametrize("name", WEB)
def test_paper_has_both_languages_whatever_is_hidden(
    reports: dict[str, Any], printed: Path, name: str
) -> None:
    assert reports[name]["behaviour"]["print"] == 0  # sections are folded again afterwards
    if not shutil.which("pdftotext"):
        pytest.skip("no pdftotext; `.ci/run` installs it")
    done = subprocess.run(
        ["pdftotext", "-layout", printed / f"{name}.pdf", "-"],
        check=True,
        capture_output=True,
        text=True,
    )
    text = " ".join(done.stdout.split())
    for phrase in ("Ukraine promises", "Oekraïne belooft", "Caracas", "conflict", "[?] numbers"):
        assert phrase in text
    assert "Search" not in text
    assert f"1/{done.stdout.count(chr(12))}" in text.replace(" / ", "/")


@pytest.mark.parametrize("path", [GOLDEN / name for name in MAIL], ids=lambda path: path.name)
def test_mail_uses_only_properties_that_mail_programs_know(path: Path) -> None:
    html = path.read_text(encoding="utf-8")
    inlined = " ; ".join(re.findall(r'style="([^"]*)"', html))
    sheet = " ; ".join(re.findall(r"\{([^{}]*)\}", html.split("</style>")[0]))
    used = set(re.findall(r"(?:^|;)\s*([a-z-]+)\s*:", f"{inlined};{sheet}"))
    assert used <= MAIL_PROPERTIES
