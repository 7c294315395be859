"""What a line of JSON Lines is that has an article."""

import json

TEXTS = ("headline", "text", "html")
"""One of these an article has at least."""
LONGEST_LINE = 5_000_000


def is_lines(head: bytes) -> bool:
    """Whether bytes begin with an article of JSON Lines."""
    line = head.lstrip(b"\xef\xbb\xbf \t\r\n").partition(b"\n")[0]
    if not line.startswith(b"{"):
        return False
    try:
        article = json.loads(line)
    except ValueError:
        return False
    return isinstance(article, dict) and any(isinstance(article.get(key), str) for key in TEXTS)
