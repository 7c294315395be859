"""What HTTP headers say of an answer."""

import time
from email.message import Message
from email.utils import parsedate_to_datetime


def charset_of(content_type: str) -> str:
    """The charset that an HTTP header names, if any."""
    message = Message()
    message["Content-Type"] = content_type
    return str(message.get_param("charset") or "")[:40] if content_type else ""


def seconds_of(wait: str, otherwise: float) -> float:
    """What Retry-After says (RFC 9110, 10.2.3): seconds, or a date, from now on."""
    if wait.strip().isdecimal():
        return float(wait[:9])
    try:
        return max(0.0, parsedate_to_datetime(wait).timestamp() - time.time())
    except (ValueError, TypeError, OverflowError):
        return otherwise
