"""Pages that stand before an article: cookie walls, checks for robots, error and log-in pages.

Told by what they say, since they are sent as a success like any other page. An article that speaks
of cookies or captchas has more to say.
"""

import re
from collections.abc import Sequence

_LONGEST = 4000
_SHORT = 700
_LEAST_SHARE = 0.4

_ROBOTS = re.compile(
    r"just a moment|attention required|checking (?:if the site connection is secure|your browser)"
    r"|verif(?:y|ying) (?:that )?(?:you are|you're) (?:a )?human|are you a (?:human|robot)"
    r"|not a robot|enable javascript and cookies|javascript (?:is (?:disabled|required))"
    r"|(?:please|gelieve) (?:enable|turn on) (?:javascript|js)\b|ddos protection by"
    r"|pardon our interruption|unusual traffic|(?:enter|complete|solve|vul|los) (?:the|de) captcha"
    r"|automated (?:access|requests)|(?:je|u|jij) (?:een mens|geen robot)|geen robot|een robot ?\?"
    r"|(?:controleren|controleer|bevestig|verifi\w+)\b.{0,40}\b(?:mens|robot|browser)\b"
    r"|ongebruikelijk (?:veel )?verkeer|(?:zet|schakel) javascript (?:aan|in)|menselijke bezoeker",
    re.IGNORECASE,
)
_DIRECT = re.compile(
    r"\b(?:los|bevestig|vink|klik|druk|schakel|zet|wacht|even geduld|please|enable|verify\w*"
    r"|complete|checking|press|performing|wij|we|ons|onze|uw|your)\b",
    re.IGNORECASE,
)
"""Who checks a reader speaks to him; who reports about checks does not."""
_GUARDS = re.compile(r"captcha|cloudflare|incapsula|datadome|perimeterx", re.IGNORECASE)
_CONSENT = re.compile(
    r"cookie|toestemming|privacy|persoonlijke gegevens|partners|consent|voorkeuren|advertenties"
    r"|gepersonaliseerde|instellingen|akkoord|accept",
    re.IGNORECASE,
)
_NAMED = re.compile(r"cookie|privacy|toestemming|consent", re.IGNORECASE)
_ASKS = re.compile(
    r"(?:klik\w*|druk\w*|tik\w*) op [^.!?]{0,30}\b(?:akkoord|accepte\w+|toestaan|weiger\w*)"
    r"|op [^.!?]{0,30}(?:akkoord|accepte\w+)[\"”’']? te klikken"
    r"|(?:u|je) geeft (?:u |ons |hiermee )?toestemming"
    r"|gee?ft? (?:u|je|ons|hier)\b.{0,40}\btoestemming|we value your privacy|by clicking"
    r"|wij hechten (?:veel )?(?:waarde|belang) aan (?:uw|je|jouw) privacy",
    re.IGNORECASE,
)
_BUTTON = re.compile(
    r"\b(?:akkoord|accepte\w+|toestaan|weiger\w*|accept|agree|reject|consent|voorkeuren|instellingen)\b",
    re.IGNORECASE,
)
_ERROR = re.compile(
    r"(?:http )?(?:error|fout|foutcode)?:? ?(?:code:? )?(?:40\d|410|42\d|50\d|52\d|10[0-2]\d)\b"
    r"[^.]{0,40}|(?:de |deze )?(?:pagina|site|website) (?:is |werd )?niet gevonden"
    r"|(?:de |deze )?(?:pagina|site|website) is (?:tijdelijk|momenteel|even) .*"
    r"|(?:page |file |pagina |bestand )?(?:niet gevonden|not found)|bad gateway|forbidden"
    r"|service (?:temporarily )?unavailable|gateway time-?out|internal server error|unauthorized"
    r"|too many requests|te veel verzoeken|toegang (?:geweigerd|verboden)|access denied"
    r"|(?:gepland )?onderhoud"
    r"|(?:scheduled )?maintenance|something went wrong|oeps!?|oops!?|index of /.*"
    r"|welcome to nginx!?"
    r"|(?:we|wij) zijn (?:zo|straks|binnenkort|snel) (?:weer )?terug|.{0,40}default page"
    r"|er (?:is|ging) iets (?:mis|fout)(?: gegaan)?|er is een fout opgetreden|ok|error \d+.*"
    r"|(?:de )?database .{0,40}|fatal error.*|(?:u|je) wordt doorgestuurd.*|even geduld.*"
    r"|(?:deze )?domein(?:naam)? (?:is )?te koop.*|(?:this )?domain (?:is )?for sale.*",
    re.IGNORECASE,
)
_LOGIN = re.compile(r"log ?in|inloggen|aanmelden|sign ?in|mijn account", re.IGNORECASE)
_PASSWORD = re.compile(r"wachtwoord|password", re.IGNORECASE)
_OF_SITE = re.compile(r"\s+[-–—|·]\s+.*$|[.!…]+$")


def is_error(text: str) -> bool:
    """Whether a headline, or a whole text, is nothing but the word for an error."""
    return _ERROR.fullmatch(_OF_SITE.sub("", text.strip())) is not None


def name_wall(title: str, texts: Sequence[str], buttons: Sequence[str] = ()) -> str:
    """What a page is instead of an article, or nothing; of it there is the text that is shown."""
    whole = " ".join(texts)
    heads = [title, *texts[:2]]
    if len(whole) <= _SHORT * 2 and _is_check(title, whole):
        return "a check for robots"
    if len(whole) <= _LONGEST and _is_consent(title, texts, buttons):
        return "a cookie wall"
    if len(whole) <= _SHORT:
        if any(map(is_error, heads)):
            return "an error page"
        is_login = any(_LOGIN.fullmatch(_OF_SITE.sub("", head.strip())) for head in heads)
        if is_login and _PASSWORD.search(whole):
            return "a log-in page"
    return ""


def _is_check(title: str, whole: str) -> bool:
    """Whether a page speaks to a reader of whom it wants to know that he is none."""
    named = any(_ROBOTS.search(text) for text in (title, whole))
    guarded = len(whole) <= _SHORT // 2 and _GUARDS.search(whole)
    return bool((named or guarded) and _DIRECT.search(whole))


def _is_consent(title: str, texts: Sequence[str], buttons: Sequence[str]) -> bool:
    """Whether most of what a page says is about cookies, and it asks for an agreement."""
    sentences = [part for text in texts for part in re.split(r"(?<=[.!?])\s+", text) if part]
    about = sum(len(part) for part in sentences if _CONSENT.search(part))
    whole = sum(map(len, sentences))
    if not whole or not _NAMED.search(" ".join([title, *texts])):
        return False
    asks = _ASKS.search(" ".join(texts)) or any(map(_BUTTON.search, buttons))
    return bool(about >= whole * _LEAST_SHARE and asks)
