"""Addresses that a reader may follow, as they stand in documents."""

import re
from urllib.parse import SplitResult, quote, unquote, urlsplit, urlunsplit

_LONGEST = 2000
_SCHEMES = ("http", "https")
_SAFE = "!$%&'()*+,/:;=?@~"
_STRAY = re.compile(r"%(?![0-9A-Fa-f]{2})")
_TRACKING = re.compile(
    r"(?:utm|mtm|piwik|matomo|hsa|vero|oly|stm|guce|sfmc)_\w+|_{1,2}hs\w+"
    r"|(?:pk|ga)_(?:campaign|content|cid|keyword|kwd|medium|source|term)"
    r"|at_(?:medium|campaign\w*|custom\d|link_\w+|format|ptr_name|bbc_team|recipient_\w+)"
    r"|ns_(?:campaign|fee|linkname|mchannel|source)|sc_(?:campaign|channel|cid|content|medium)"
    r"|fb_(?:action_\w+|source|ref)|trk_(?:contact|msg|module|sid)|gad_(?:source|campaignid)"
    r"|mc_[ce]id|rb_clickid|cm_(?:mmc|ven|cat|pla|ite|lm|sp|re)\w*|wt[._]z?mc(?:_\w+)?"
    r"|fbclid|gclid|gclsrc|dclid|gbraid|wbraid|msclkid|yclid|twclid|ttclid|igshid|igsh|li_fat_id"
    r"|mkt_tok|s_cid|s_kwcid|ef_id|_ga|_gl|_openstat|wickedid|srsltid|hsctatracking|__s|mibextid"
    r"|__twitter_impression|ml_subscriber\w*|xtor|cmpid|icid|ncid|sr_share|ref_src|ref_url|guccounter"
    r"|_branch_match_id|mkcid|echobox",
    re.IGNORECASE,
)
"""Parameters that tell a site who sent a reader, of all that the large mailers, networks and
counters of visits put there; none of them tells it what to show."""
_SENDER = re.compile(
    r"(?:ref|source|src|from|bron|via|origin|channel|kanaal|partner|emc|cmp)", re.IGNORECASE
)
_SENT_BY = re.compile(
    r"(?:rss|feed|atom|nieuwsbrief|newsletter|e?mail|facebook|twitter|whatsapp|linkedin|social)"
    r"\d?(?:[-_]\w+)*",
    re.IGNORECASE,
)


_ESCAPED = re.compile(r"(?:amp;)+|\?")


def link_address(address: str) -> str:
    """An address as it may stand in any document; empty for what is not http, https or mailto.

    It is absolute, in the characters of RFC 3986 (2.2 and 2.3), without name and password, and
    without parameters that only tell who sent the reader.
    """
    try:
        parts = urlsplit("".join(filter(str.isprintable, address)).strip())
        scheme = parts.scheme.lower()
        if scheme == "mailto":
            return f"mailto:{_quoted(parts.path)}" if "@" in parts.path else ""
        if scheme not in _SCHEMES or not (host := _host(parts)):
            return ""
    except ValueError:
        return ""
    query, fragment = _kept(parts.query), _kept(parts.fragment)
    whole = urlunsplit((scheme, host, _quoted(parts.path), _quoted(query), _quoted(fragment)))
    return whole if len(whole) <= _LONGEST else ""


def web_folder(address: str) -> str:
    """The address of a folder on the web, with its slash; empty for what is none."""
    folder = link_address(address)
    if not folder.startswith("http") or "?" in folder or "#" in folder:
        return ""
    return f"{folder.removesuffix('/')}/"


def _host(parts: SplitResult) -> str:
    """The host, in ASCII, with its port if it has one."""
    name = parts.hostname or ""
    if not name.isascii():
        import idna  # noqa: PLC0415 - few need it

        try:
            name = idna.encode(name, uts46=True).decode()
        except idna.IDNAError:
            return ""
    if not re.fullmatch(r"[\w.-]+|[0-9a-f:.]+(?:%[\w.]+)?", name):
        return ""
    name = f"[{name}]" if ":" in name else name
    return f"{name}:{parts.port}" if parts.port is not None else name


def _quoted(text: str) -> str:
    """A part of an address in which all that cannot stand there is percent-encoded."""
    return quote(_STRAY.sub("%25", text), safe=_SAFE, errors="replace")


def _kept(query: str) -> str:
    """The parameters that a site needs to know what to show."""
    return "&".join(each for each in query.split("&") if each and not _is_tracking(each))


def _is_tracking(parameter: str) -> bool:
    name, _, value = _ESCAPED.sub("", unquote(parameter)).partition("=")
    if _SENDER.fullmatch(name):
        return bool(_SENT_BY.fullmatch(value))
    return bool(_TRACKING.fullmatch(name))
