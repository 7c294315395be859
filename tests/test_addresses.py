import pytest

from digest.addresses import address_key, parse_address
from digest.errors import UsageError


@pytest.mark.parametrize(
    ("text", "addr_spec"),
    [
        ("a@x.org", "a@x.org"),
        ("Me <A.b+c@X.Org>", "A.b+c@x.org"),
        ("info@münchen.de", "info@xn--mnchen-3ya.de"),
        ("info@MÜNCHEN.DE", "info@xn--mnchen-3ya.de"),
        ("jörg@example.org", "jörg@example.org"),
        ('"a b"@x.org', '"a b"@x.org'),
    ],
)
def test_are_read_as_servers_know_them(text: str, addr_spec: str) -> None:
    assert parse_address(text).addr_spec == addr_spec


@pytest.mark.parametrize(
    "text",
    ["", "a", "a@", "@x.org", "a@x.org, b@x.org", "a@x.org\nBcc: c@x.org", "a@\udcff.org",
     "a@-ü-.de", f"{'a' * 65}@x.org", f"a@{'x' * 260}.org", f"{'n' * 300} <a@x.org>", "a@é..de",
     "=?utf-8?q?x=0ABcc=3A?=@x.org", "=?utf-8?q?x=0ABcc:_evil=40x.org?= <a@x.org>",
     "=?utf-8?b?eApCY2M6IGVAeC5vcmc=?= <a@x.org>"],
)  # fmt: skip
def test_what_is_none_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        parse_address(text)


def test_a_name_never_becomes_another_header() -> None:
    inner = "=?utf-8?q?x=0ABcc:_evil=40x.org?="
    encoded = inner.replace("=", "=3D").replace("?", "=3F").replace("_", "=5F").replace(":", "=3A")
    name = parse_address(f"=?utf-8?q?{encoded}?= <a@x.org>").display_name
    assert name == "= ?utf-8?q?x=0ABcc:_evil=40x.org?="


@pytest.mark.parametrize("other", ["Me@x.org", "me@X.ORG", "ME@x.Org"])
def test_are_compared_without_case(other: str) -> None:
    assert address_key(other) == address_key("me@x.org")


def test_an_international_domain_is_one_whatever_its_spelling() -> None:
    assert address_key("a@MÜNCHEN.de") == address_key("a@xn--mnchen-3ya.DE")
    assert address_key("a@\udcff") == "a@\udcff"
