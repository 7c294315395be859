import pytest

from digest.article import Role
from digest.sources.blocks import read_blocks
from digest.sources.paragraphs import joined, read_paragraphs


def lines(html: str) -> list[str]:
    return [block.text for block in read_blocks(html, base="https://example.org/a/b")]


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>Een<p>Twee", ["Een", "Twee"]),
        ("Een<br>zin<br> <br>Twee<br/><br/><br/>Drie", ["Een\nzin", "Twee", "Drie"]),
        ("<ul><li>Een<li><p>Twee</p><p>Meer</p></ul>", ["• Een", "• Twee", "Meer"]),
        ("<ol start=9><li>I<li value=3>J<li>K</ol>", ["9. I", "3. J", "4. K"]),
        ("<ol type=I start=4><li>X</ol><ol type=a><li>Y</ol>", ["IV. X", "a. Y"]),
        ("<ol reversed><li>Brons<li>Goud</ol>", ["2. Brons", "1. Goud"]),
        ("<ul><li>• Eigen<li>- Streep</ul>", ["• Eigen", "- Streep"]),
        ("<li>Zonder lijst", ["• Zonder lijst"]),
        ("<dl><dt>Begrip<dd>Uitleg</dl>", ["Begrip", "Uitleg"]),
        ("Zei: <q>Ja</q>, en <q>“nee”</q>, en “<q>och</q>”", ["Zei: “Ja”, en “nee”, en “och”"]),
        ("<blockquote><p>Een</p><p>Twee</p></blockquote>", ["“Een", "Twee”"]),
        ("<blockquote>'Al'</blockquote><blockquote></blockquote>", ["'Al'"]),
        ("Het is <del>dicht</del><s>weg</s><strike>nu</strike> <ins>open</ins>", ["Het is open"]),
        ("10<sup>6</sup>, 10<sup>−3</sup>, km<sup>2</sup>", ["10^6, 10^−3, km2"]),
        ("CO<sub>2</sub>, de 19<sup>de</sup> eeuw", ["CO2, de 19de eeuw"]),
        ("noot<sup>1</sup> en<sup>[2]</sup> 2025<sup>3</sup> *<sup>*</sup>", ["noot en 2025 *"]),
        ("<p>Wie<sup><a href='#v'>a</a></sup></p>", ["Wie"]),
        ("AT&T AT&amp;T &amp;amp;quot; &#38;euro; &amp;nbsp;x", ['AT&T AT&T " € x']),
        ("&#55357;&#56832; &#1114112; &#128; &#0;x", ["😀 � € �x"]),
        ("a < b en 3<5 <onbekend>ja</onbekend>", ["a < b en 3<5 ja"]),
        ("Een<![ knop ]> zin<!-- weg --><?php weg ?>", ["Een zin"]),
        ("<p>Heel <a href='niet af", ["Heel"]),
        ("&lt;p&gt;Dubbel&lt;/p&gt;&lt;p&gt;gezegd&lt;/p&gt;", ["Dubbel", "gezegd"]),
        ("<![CDATA[<p>In gegevens</p>]]>", ["In gegevens"]),
        ("Een<script>x</script><style>y</style><svg><text>z</text></svg>", ["Een"]),
        ("<p>Blij <img class='wp-emoji emoji' alt='😀'> <img alt='foto'></p>", ["Blij 😀"]),
        ("Ko\u0308ln on\xadder\u200bhoud", ["Köln onderhoud"]),
        ("", []),
    ],
)
def test_html_is_read_as_a_browser_shows_it(html: str, expected: list[str]) -> None:
    assert lines(html) == expected


@pytest.mark.parametrize(
    "attributes",
    [
        "hidden",
        "style='display:none'",
        "style='Color:red; DISPLAY : None !important'",
        "style='visibility:hidden'",
        "style='mso-hide:all'",
        "style='max-height:0px;overflow:hidden'",
        "style='font-size:1px;opacity:0'",
        "style='display/**/:none'",
        "class='preheader'",
        "class='sr-only'",
    ],
)
def test_what_nobody_sees_is_gone(attributes: str) -> None:
    assert lines(f"<p>Voor</p><div {attributes}>Weg <b>ook</b><p>dit</p></div><p>Na</p>") == [
        "Voor",
        "Na",
    ]


def test_text_of_no_size_is_gone_and_what_sets_its_own_stays() -> None:
    html = "<td style='font-size:0'>weg<span style='font-size:14px'>Blijft</span></td>"
    assert lines(html) == ["Blijft"]


@pytest.mark.parametrize(
    "style", ["opacity:0", "max-height:0", "color:none", "font-size:12px", "display:block"]
)
def test_a_style_that_hides_nothing_hides_nothing(style: str) -> None:
    assert lines(f"<p style='{style}'>Blijft</p>") == ["Blijft"]


class TestTables:
    def test_short_cells_side_by_side_are_rows(self) -> None:
        html = "<table><tr><th>Dag<th>Open<tr><td>Ma<td>7 uur<tr><td colspan=2>Dicht</table>na"
        blocks = read_blocks(html)
        assert [block.text for block in blocks] == ["Dag | Open", "Ma | 7 uur", "Dicht", "na"]
        roles = [Role.TABLE, Role.TABLE, Role.BODY, Role.BODY]
        assert [block.role for block in blocks] == roles

    @pytest.mark.parametrize(
        "html",
        [
            "<table><tr><td><p>Een<p>Twee<td>Drie</table>",
            "<table role=presentation><tr><td>Een<br><br>Twee<td>Drie</table>",
            "<table><tr><td><table><tr><td>Een</table><p>Twee<td>Drie</table>",
            "<table><tr><td>Een<tr><td>Twee<tr><td>Drie</table>",
        ],
    )
    def test_one_for_the_looks_is_text(self, html: str) -> None:
        assert lines(html) == ["Een", "Twee", "Drie"]


def test_links_keep_their_addresses() -> None:
    html = "<p>Zie <a href='/meer'>de <b>site</b></a> of <a href='javascript:x'>dit</a></p>"
    (block,) = read_blocks(html, base="https://example.org/a/b")
    assert [(link.text, link.address) for link in block.links] == [
        ("de site", "https://example.org/meer"),
        ("dit", ""),
    ]
    (paragraph,) = read_paragraphs([block])
    assert [link.text for link in paragraph.links] == ["de site"]


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 100_000,
        "<b>" * 60_000 + "</p>" * 60_000,
        "<table><tr><td>" * 30_000,
        "<q>" * 9_000,
    ],
)
def test_depth_is_no_obstacle(html: str) -> None:
    assert "diep" in " ".join(lines(f"{html}diep"))


class TestParagraphs:
    def roles(self, html: str) -> list[tuple[str, str]]:
        return [(part.role.value, part.text) for part in read_paragraphs(read_blocks(html))]

    def test_lines_that_are_no_prose_stand_alone(self) -> None:
        html = "<p>De trein rijdt niet.<br>Foto: ANP<br>Morgen wel.© voorbeeld.be</p>"
        assert self.roles(html) == [
            ("body", "De trein rijdt niet."),
            ("credit", "Foto: ANP"),
            ("body", "Morgen wel."),
            ("credit", "© voorbeeld.be"),
        ]

    def test_links_below_read_also_are_links(self) -> None:
        html = "<p>Lees ook:</p><ul><li><a href='https://x.org'>Storm</a></li><li>Regen</li></ul>"
        assert self.roles(html) == [
            ("link", "Lees ook:"),
            ("link", "• Storm"),
            ("body", "• Regen"),
        ]

    def test_a_dateline_stands_before_the_first_prose_only(self) -> None:
        first, score, label = read_paragraphs(
            read_blocks("<p>GOES - De brug is dicht.</p><p>NEC - Ajax 0-3</p><p>LET OP - Glad.</p>")
        )
        assert first.dateline
        assert (score.dateline, score.text) == (None, "NEC - Ajax 0-3")
        assert (label.dateline, label.text) == (None, "LET OP - Glad.")

    @pytest.mark.parametrize(
        ("lead", "content", "shown"),
        [
            ("<p>Kort.", "<p>Het is niet kort.", ["Kort.", "Het is niet kort."]),
            ("<p>De brug is …", "<p>De brug is dicht.", ["De brug is dicht."]),
            (
                "<p>De brug gaat maandag dicht, zegt de gemeen[...]",
                "<p>De brug gaat maandag dicht, zegt de gemeente.",
                ["De brug gaat maandag dicht, zegt de gemeente."],
            ),
            ("<p>Een lange lead. Met meer.", "<p>Een lange lead.", ["Een lange lead. Met meer."]),
            ("<p>Lead.", "<p>Lees ook: iets", ["Lead.", "Lees ook: iets"]),
            ("", "<p>Tekst.", ["Tekst."]),
        ],
    )  # fmt: skip
    def test_lead_and_content_are_told_once(
        self, lead: str, content: str, shown: list[str]
    ) -> None:
        both = joined(read_paragraphs(read_blocks(lead)), read_paragraphs(read_blocks(content)))
        assert [part.text for part in both] == shown
