"""Lines that are no prose: bylines, tables, advertisements, links, credits and notices.

The same rules hold for wire copy, feeds and pages. A rule takes whole lines only, in forms that no
sentence and no headline has: what is not recognised is shown, which is the lesser evil.
"""

import re

from digest.article import Role
from digest.sources.datelines import AGENCIES
from digest.splitter import split_sentences

_LONGEST = 200
_FEWEST_CELLS = 2

_WORDS = {
    "agency": rf"(?:{'|'.join(sorted(AGENCIES))}|epa|getty images|hollandse hoogte)",
    "also": r"(?:lees|bekijk|kijk|zie|(?:be)?luister) (?:hier )?(?:ook|meer|verder|terug|mee)",
    "by": r"(?:(?:geschreven|verslag) )?(?:door|van):?",
    "name": r"(?-i:[A-ZÀ-Þ])[\w'’.-]*(?: (?:van|de[nr]?|te[nr]?|'t|(?-i:[A-ZÀ-Þ])[\w'’.-]*))*",
    "network": r"(?:facebook|twitter|x|whatsapp|instagram|linkedin|telegram|bluesky|e-?mail)\b",
    "picture": r"(?:(?:archief)?foto['’]?s?|fotogra\w+|beeld(?:en)?|illustraties?|graphic)",
    "post": r"(?:the post|(?:de|deze) post|(?:het|dit) (?:bericht|artikel))",
    "staff": r"\w*(?:redacteur|redactie|correspondent|verslaggever|medewerker)\w*",
    "story": r"(?:artikel|bericht|verhaal|stuk|nieuws\w*|pagina|foto|video|blog\w*|column|inhoud)",
    "you": r"(?:je|jij|u)",
}
# One form a line; the case of letters only counts in names.
_LINES = {
    Role.SEPARATOR: r"""
        [-–—=*_~•·+. ]{{3,}}|\*|\#{{2,}}|[⁂◆◇■]+
        """,
    Role.ADVERTISEMENT: r"""
        [(\[ⓘ -]*(?:einde )?(?:advertenties?|advertorial|reclame|publiciteit)[)\] -]*[.:]?
        [(\[]*(?:gesponsord(?:e inhoud)?|advertisement|sponsored(?: content)?)[)\]]*[.:]?
        [(\[]*(?:(?:de )?tekst|(?:het |dit )?artikel) (?:gaat|loopt) (?:verder|door) .{{1,40}}
        [(\[]*lees (?:verder|door) (?:onder|na) (?:de|deze|het) \w+[)\]]*[.:]?
        """,
    Role.LINK: r"""
        {also}(?: over)?(?: ?[:»>→…–-].*)?
        (?:lees|bekijk|luister) (?:meer|verder) (?:op|bij|via|in) (?:de |het |onze )?[^ ]+
        (?:lees|bekijk|zie|(?:be)?luister) (?:hier )?ook\b.*
        {also}\b[^.!?]{{0,60}}(?:\.\.\.|[»>→…])
        meer (?:lezen|nieuws [^.!?]{{1,40}})\?|(?:bekijk|lees) (?:ons|dan) .{{1,40}}
        download de app\.?
        (?:meer|verder) (?:lezen|weten)(?: over [^.!]{{1,40}})?\??
        meer (?:over dit onderwerp|informatie|hierover)(?: ?[:»>→…].{{0,60}})?
        (?:volg|like|bezoek) (?:ons|onze|{agency})\b.*
        (?:volg|deel) (?:.{{1,40}} )?(?:op|via) {network}.*
        download (?:hier )?(?:ons|onze|de|het) (?:\w+[ -])?(?:app|krant|magazine|e-?book|pdf)\b.*
        deel (?:dit|deze|het|de) {story}\b.*|delen ?:?|deel:.*
        (?:lees|bekijk|naar) (?:dit|het) (?:hele |volledige )?{story}(?: (?:op|in|bij) .*)?
        (?:bekijk|zie) (?:hier )?(?:de|alle|meer) (?:foto['’]?s?|beelden|video['’]?s?)
        \((?:pdf|docx?|xlsx?|mp3|video)\b.{{0,60}}\)
        (?:gerelateerd|meer nieuws|ook interessant|aanbevolen) ?:.*
        (?:gerelateerde?|aanbevolen) (?:artikelen|berichten|nieuws)|gerelateerd
        tags? ?:.*|\(meer(?:…|\.\.\.)\)|submitted by .* \[comments\]
        (?:lees|bekijk|luister) hier (?:het|de|naar)\b.{{0,60}}|share on {network}.*
        (?:meer over|onderwerpen|trefwoorden) ?:.*|laad meer|terug naar boven|print (?:dit )?artikel
        (?:delen|deel) (?:artikel|via .*) ?:?|meer weten over .{{1,60}}\?
        (?:klik|tik) (?:hier|op de (?:link|foto|afbeelding))\b.{{0,80}}
        (?:continue reading|read more|read the full article)\b.{{0,120}}
        """,
    Role.CREDIT: r"""
        (?:\(c\)|©).*
        copyright ?(?:\(c\)|©|: |\d{{4}}(?!:)|(?-i:[A-ZÀ-Þ]{{2}})).*
        (?:alle|all) (?:auteurs)?r(?:echten|ights) (?:voorbehouden|reserved)\.?
        {picture} ?(?:©.*|[:|] ?(?:(?-i:[A-ZÀ-Þ©(]).*|{agency}\b.*|\S+(?: \S+)?))
        (?:archief)?foto|beeld {name}|{agency}(?: ?[/-] ?(?:{agency}|{name}))+|\[{agency} foto\]
        (?:foto|beeld) (?:{agency}|ter illustratie)\b.{{0,40}}|foto {name}/{agency}
        \((?:foto|beeld|video|bron) ?:.{{1,60}}\)|tekst ?:.{{1,60}}beeld ?:.{{1,60}}|video ?: {name}
        bron(?:nen)? ?: ?(?:(?-i:[A-ZÀ-Þ\d])[^.!?]{{0,60}}\.?|\S+\.\w{{2,6}}(?:/\S*)?)
        \({agency}(?:/\w+)*\)\.?
        """,
    Role.BYLINE: r"""
        {by} onze (?:\w+ )?{staff}.*
        {by} (?:de |een )?{staff}(?: {name})?
        {by} {name}(?: ?(?:,|&|en) {name})*
        (?:tekst|auteur|redactie) ?: ?{name}(?: ?(?:,|&|en) {name})*
        """,
    Role.NOTICE: r"""
        (?:dit|het|ons|deze) (?:\w+ )?{story} (?:is|zijn) (?:alleen|enkel|exclusief) .*abonnee.*
        (?:dit|het|ons|deze) (?:\w+ )?{story} is .{{0,40}}\bvoor (?:\w+ )?(?:leden|abonnees)\b.*
        (?:alleen|exclusief|enkel) (?:\w+ )?(?:\w+ )?voor (?:onze )?(?:abonnees|leden)\b.{{0,60}}
        log (?:nu |hier |gratis )?in (?:om|en|met)\b.*|log in|inloggen|registreren
        (?:maak|registreer)\b.{{0,40}}\b(?:account|gratis)\b.*(?:lezen|toegang|verder).*
        (?:word|neem) (?:nu |ook |gratis )?(?:abonnee|lid|een (?:\w+ )?\w*abonnement)\b[^,]{{0,80}}
        (?:al|nog geen|heeft u al|(?:ben|heb) {you} al) (?:een )?(?:abonn\w+|account|lid)\b.{{0,80}}
        (?:lees|krijg) (?:onbeperkt|direct verder|dit artikel gratis)\b.*
        (?:wilt? {you} )?(?:dit artikel )?(?:verder|meer) lezen ?\?.*
        (?:bekijk|open|lees)\b.{{0,40}}\b(?:webversie|online versie|browser)\b.{{0,30}}|webversie
        (?:meld|schrijf|abonneer) {you}\b.{{0,60}}\b(?:nieuwsbrief|mailing|pushberichten)\b.*
        (?:ontvang|aanmelden voor|inschrijven voor)\b.{{0,60}}\bnieuwsbrief\b.*
        {you} (?:ontvangt?|krijgt?) (?:deze|dit) (?:e-?mail|mail|nieuwsbrief|bericht)\b.*
        (?:klik hier om )?(?:.{{0,30}}\b)?(?:af te melden|uit te schrijven)\b.{{0,60}}
        (?:uitschrijven|afmelden|unsubscribe)\b.{{0,60}}
        wilt? {you}\b.{{0,60}}\b(?:nieuwsbrief|e-?mails?)\b.{{0,40}}
        {post}\b.*\b(?:appeared first on|verscheen (?:als )?eerste? op|is eerst verschenen op)\b.*
        (?:kies je )?webmail|(?:hoofd)?menu|zoeken|navigatie|voorpagina|cookie-?instellingen
        (?:wil (?:je|u) )?niets missen\?|heb (?:je|u) een tip\?|mail de redactie\.?
        (?:download|lees dan|abonneer|volg|selecteer) (?:je|de app|ons|dit artikel)\b.{{0,60}}
        inhoud van derden|deze inhoud kan niet worden (?:getoond|geladen)\.?|video wordt geladen.*
        (?:je|u) heb\w* nog geen toestemming gegeven voor .{{1,40}}|(?:premium|plus) ?-?artikel
        (?:sorry, )?uw browser ondersteunt\b.*|nog \d+ artikelen gratis.*|reageren|reacties
        (?:maandelijks|dagelijks|altijd) opzegbaar\.?|ik wil alle .{{1,40}} lezen
        (?:ga )?naar (?:de )?(?:hoofd)?(?:inhoud|navigatie)|sluiten|reageer|\d+ reacties?
        reacties \(\d+\)|leestijd ?:.{{1,20}}|privacy(?:verklaring|beleid)?
        (?:bekijk|lees) online|deze (?:e-?mail|nieuwsbrief) is verzonden (?:aan|naar)\b.*
        lees verder met een .*abonnement.*|onbeperkt toegang\b.{{0,60}}
        abonneer (?:{you} )?nu\b.{{0,40}}
        dit is een premium.{{0,20}}{story}\b.{{0,40}}
        """,
}
_COMPILED = tuple(
    (role, re.compile("|".join(lines.format(**_WORDS).split("\n        ")), re.IGNORECASE))
    for role, lines in ((role, lines.strip()) for role, lines in _LINES.items())
)
_SHOUTED_BYLINE = re.compile(r"(?:DOOR|VAN) ONZE .*|DOOR [^ ]+(?: [^ ]+){1,2}")
_SAYING = frozenset({Role.LINK, Role.NOTICE, Role.CREDIT})
_SPOKEN = re.compile(
    r",\s+(?:zegt|zei|riep|vroeg|waarschuwt\w*|schrijft|meldt|aldus|volgens|staat|vindt|denkt)\b"
)
_LIST_MARK = re.compile(r"^[•‣▪→»>]+ (?=\S)")
_BULLET = re.compile(
    r"(?:[•‣◦▪●·*–—➢➤►▶✓✔»>□■◆❖-]|[\uf000-\uf0ff]|o|☐|\(?(?:\d{1,3}(?:\.\d{1,2})*|[a-zA-Z]|[ivx]{1,5})[.)]?)\t\s*"
)
"""Also those that Word has in a font of symbols, in Unicode's private area."""


def find_role(text: str) -> Role:
    """What a line is; `Role.BODY` for prose and for all that is not recognised."""
    line = text.strip()
    if bullet := _BULLET.match(line):
        line = line[bullet.end() :]
    if "\t" in line:
        return Role.TABLE
    line = _LIST_MARK.sub("", " ".join(line.split()))
    if 0 < len(line) <= _LONGEST:
        role = _role_of(line)
        if (role is Role.BODY and "? " in line) or role in _SAYING:
            roles = [_role_of(each.strip()) for each in split_sentences(line)]
            # What goes on with prose is prose: Uitschrijven kan nog. Het kost niets meer.
            said = Role.BODY in roles or bool(_SPOKEN.search(line))
            role = Role.BODY if said else roles[0]
        if role is not Role.BODY:
            return role
    return _role_of_parts(line.split(" | "))


def _role_of(line: str) -> Role:
    for role, pattern in _COMPILED:
        if pattern.fullmatch(line) and not (role is Role.BYLINE and _is_shouted_prose(line)):
            return role
    return Role.BODY


def _role_of_parts(parts: list[str]) -> Role:
    """What a line with bars is: a row of a table, or links and notices side by side."""
    if len(parts) <= _FEWEST_CELLS:
        return Role.BODY
    roles = {find_role(part) for part in parts}
    return roles.pop() if len(roles) == 1 and Role.BODY not in roles else Role.TABLE


def _is_shouted_prose(line: str) -> bool:
    """Whether a line in capitals, where any word may be a name, is rather a headline."""
    return line.isupper() and not _SHOUTED_BYLINE.fullmatch(line)


def english_byline(text: str) -> str:
    """A byline in English: `Door Jan Jansen` → `By Jan Jansen`."""
    words = text.strip()
    for dutch, english in _BYLINE_WORDS:
        words = re.sub(dutch, english, words, flags=re.IGNORECASE)
    return words


_BYLINE_WORDS = (
    (r"^(?:(?:geschreven|verslag) )?(?:door|van|tekst|auteur|redactie)\b(?: ?:)?", "By"),
    (r"\bonze redactie\b", "our editors"),
    (r"\bonze redacteur\b", "our editor"),
    (r"\bonze redacteuren\b", "our editors"),
    (r"\bonze correspondent\b", "our correspondent"),
    (r"\bonze verslaggever\b", "our reporter"),
    (r"\bonze verslaggevers\b", "our reporters"),
    (r"\bonze (\w+redacteur)\b", r"our \1"),
    (r"\bde redactie\b", "the editors"),
    (r"\sen\s", " and "),
)
