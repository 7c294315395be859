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
_OURS = re.compile(r"\b(?:wij|we|ons|onze|our|us|haar partners)\b", re.IGNORECASE)
_YOURS = re.compile(r"\b(?:u|uw|je|jij|jouw|you|your)\b", re.IGNORECASE)
_NAMED = re.compile(r"cookie|privacy|toestemming|consent", re.IGNORECASE)
_ASKS = re.compile(
    r"akkoord|accepte\w+|alles (?:toestaan|weigeren)|(?:geef|geeft|geven)\b.{0,40}\btoestemming"
    r"|accept (?:all|cookies)|i agree|weiger\w*|cookie-?instellingen|cookievoorkeuren"
    r"|we value your privacy|wij hechten (?:veel )?(?:waarde|belang) aan",
    re.IGNORECASE,
)
_ERROR = re.compile(
    r"(?:http )?(?:error|fout|foutcode)? ?(?:40\d|410|42\d|50\d|52\d)\b"
    r"|(?:de )?(?:pagina|site|website) (?:is )?(?:niet|tijdelijk|momenteel|even)\b"
    r"|(?:page |file |pagina |bestand )?(?:niet gevonden|not found)\b|bad gateway|forbidden"
    r"|service (?:temporarily )?unavailable|gateway time-?out|internal server error|unauthorized"
    r"|too many requests|te veel verzoeken|toegang (?:geweigerd|verboden)|access denied"
    r"|(?:gepland )?onderhoud|(?:scheduled )?maintenance|something went wrong|oeps|oops"
    r"|(?:we|wij) zijn (?:zo|straks|binnenkort|snel) (?:weer )?terug"
    r"|er (?:is|ging) iets (?:mis|fout)|er is een fout opgetreden",
    re.IGNORECASE,
)
_LOGIN = re.compile(r"(?:log ?in|inloggen|aanmelden|sign ?in|mijn account)\b", re.IGNORECASE)
_PASSWORD = re.compile(r"wachtwoord|password", re.IGNORECASE)


def name_wall(title: str, texts: Sequence[str]) -> str:
    """What a page is instead of an article, or nothing; of it there is all text that is shown."""
    whole = " ".join(texts)
    heads = [title, *texts[:2]]
    checks = any(_ROBOTS.search(text) for text in (title, whole)) and _DIRECT.search(whole)
    if len(whole) <= _SHORT * 2 and checks:
        return "a check for robots"
    if len(whole) <= _SHORT // 2 and _GUARDS.search(whole) and _DIRECT.search(whole):
        return "a check for robots"
    if len(whole) <= _LONGEST and _is_consent(title, texts):
        return "a cookie wall"
    if len(whole) <= _SHORT:
        if any(_ERROR.match(head.strip()) for head in heads):
            return "an error page"
        if any(_LOGIN.match(head.strip()) for head in heads) and _PASSWORD.search(whole):
            return "a log-in page"
    return ""


def _is_consent(title: str, texts: Sequence[str]) -> bool:
    """Whether most of what a page says is about cookies, and it asks for an agreement."""
    sentences = [part for text in texts for part in re.split(r"(?<=[.!?])\s+", text) if part]
    about = sum(len(part) for part in sentences if _CONSENT.search(part))
    whole = sum(map(len, sentences))
    if not whole or not _NAMED.search(" ".join([title, *texts])):
        return False
    said = " ".join(texts)
    speaks = _OURS.search(said) and _YOURS.search(said)
    return bool(about >= whole * _LEAST_SHARE and _ASKS.search(said) and speaks)
