"""Datelines: `KIEV (ANP/AFP/RTR) - ` before the first sentence, and what only looks like one."""

import re

from digest.article import Dateline
from digest.sources.places import english_place, ordinary_capitals, without_article

_DATELINE = re.compile(
    r"(?P<place>[^\W\d_'’‘][^()\n]{1,59}?|['’‘][^()\n]{2,59}?)\s*"
    r"\((?P<agencies>[^\W\d_][\w ./,&+-]{1,59})\)\s*(?:[-–—‒−‐]+|=)\s+"
)
_BARE_DATELINE = re.compile(
    r"(?P<place>[^\W\d_'’‘][^\W\d_][^()\n.!?,:;]{1,38}?|['’‘][^()\n.!?,:;]{2,39}?)"
    r"\s+[-–—‒−‐]+\s+(?=[\"“„‘'(]?\w)"
)
AGENCIES = frozenset(
    """
    afp anp ap ats belga bloomberg dpa efe eos novum nos pa reuters rtr sda tass vrt xinhua
    """.split()
)
_NO_PLACES = frozenset(
    """
    achtergrond analyse beeld belangrijk blog breaking column commentaar correctie dossier essay
    exclusief explainer extra feit filmpje foto foto's foto’s fotoserie herhaling interview kijk
    kort laatste let lezersbrief live liveblog longread luister nieuws onderzoek opinie opmerkelijk
    overlijden poll podcast portret premium profiel quiz rectificatie recensie regio reportage
    reconstructie special sport tip tips uitslag uitslagen uitleg update vacature vandaag verkeer
    video videoverslag vragen waarschuwing weer weerbericht weblog 112 p2000

    ado ajax az cambuur excelsior fc feyenoord heracles nac nec pec psv rkc sc sparta
    telstar vitesse vvv willem

    aivd cbs cda cnv d66 eu fiod fnv ggd knmi knvb mivd navo nos ns om pvda pvv rivm sgp uwv vn vrt
    vs vvd who
    """.split()
)
"""First words of what is written like a place: kinds of articles, clubs, and institutions."""
_SCORE = re.compile(r"[^.!?]{1,40}?\s\d{1,3}\s?[-–]\s?\d{1,3}\b[^.!?]{0,25}[.!?]?")
_ON_DAY = re.compile(r",\s*\d{1,2}\s+[a-z]{3,9}\.?$|,?\s+\d{1,2}/\d{1,2}$")
_MOST_WORDS = 3  # Rio de Janeiro


def match_dateline(text: str, *, bare: bool = True) -> tuple[Dateline, str] | None:
    """The dateline at the start of `text` and what follows it, or None.

    Places stand in capitals; in ordinary letters only before agencies that are known. Without
    `bare` there have to be agencies.
    """
    found = _DATELINE.match(text)
    if found:
        agencies = tuple(name.strip() for name in re.split(r"[/,]", found["agencies"]))
        known = all(name.lower() in AGENCIES for name in agencies)
    elif bare:
        found = _BARE_DATELINE.match(text)
        agencies, known = (), False
        if found and _SCORE.fullmatch(text[found.end() :]):
            return None
    where = _ON_DAY.sub("", found["place"].strip()) if found else ""
    if not found or not _is_place(where, known=known):
        return None
    place = ordinary_capitals(where.replace("‘", "'"))
    dateline = Dateline(
        raw=found[0].rstrip(), place=place, place_en=english_place(place), agencies=agencies
    )
    return dateline, text[found.end() :]


def _is_place(place: str, *, known: bool) -> bool:
    """Whether it is written like a place, and is none of the words that often are."""
    if not all(char.isalpha() or char in " -'’‘./" for char in place):
        return False
    name = without_article(place)
    if name.isupper():
        return known or re.split(r"[ /]", name.lower())[0] not in _NO_PLACES
    return known and name[:1].isupper() and len(place.split()) <= _MOST_WORDS
