"""Mail addresses: how they are read, compared, and written for servers."""

from email.errors import HeaderParseError, NonASCIILocalPartDefect
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

from digest.errors import UsageError
from digest.plaintext import plain_line

_LONGEST_LOCAL = 64
_LONGEST = 254
_LONGEST_NAME = 200
_LONGEST_TEXT = 1000


def parse_address(text: str) -> Address:
    """An address, with or without a name, its domain as servers know it (IDNA 2008).

    Raises `UsageError` for anything else, and for what is longer than RFC 5321 (4.5.3.1) allows.
    """
    if len(text) > _LONGEST_TEXT:
        raise UsageError(f"{text!r:.200} is longer than an address may be.")
    try:
        message = EmailMessage(policy=SMTP)
        message["To"] = text
        address: Address
        (address,) = message["To"].addresses
    except (ValueError, IndexError, HeaderParseError, UnicodeError, RecursionError) as error:
        raise UsageError(f"{text!r:.200} is not one mail address.") from error
    defects = [
        each for each in message["To"].defects if not isinstance(each, NonASCIILocalPartDefect)
    ]
    if not address.username or not address.domain or defects:
        raise UsageError(f"{text!r:.200} is not a mail address.")
    try:
        name = plain_line(address.display_name).replace("=?", "= ?")
        domain = ascii_domain(address.domain)
        long = len(address.username.encode()) > _LONGEST_LOCAL
        long = long or len(f"{address.username}@{domain}".encode()) > _LONGEST
    except UnicodeError as error:
        raise UsageError(f"{text!r:.200} is not a mail address: {error}.") from error
    if long or len(name) > _LONGEST_NAME:
        raise UsageError(f"{text!r:.200} is longer than an address may be.")
    if not address.username.isprintable() or "=?" in address.username:
        raise UsageError(f"{text!r:.200} is not a mail address.")
    return Address(name, address.username, domain)


def address_key(addr_spec: str) -> str:
    """What addresses are compared by: the domain in ASCII, all in lower case.

    Servers may tell `A@x.org` from `a@x.org`; none does, and two mails would be one too many.
    """
    local, _, domain = addr_spec.rpartition("@")
    try:
        domain = ascii_domain(domain)
    except UnicodeError:
        domain = domain.lower()
    return f"{local.lower()}@{domain}"


def needs_utf8(addr_spec: str) -> bool:
    """Whether an address can only go to a server that offers SMTPUTF8 (RFC 6531)."""
    return not addr_spec.isascii()


def ascii_domain(domain: str) -> str:
    """A domain as name servers know it. Raises `UnicodeError` for what cannot be one."""
    if domain.isascii():
        return domain.lower()
    import idna  # noqa: PLC0415 - seldom needed, and large

    return idna.encode(domain, uts46=True).decode("ascii")
