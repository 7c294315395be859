"""HTTP connections to where they may go only: the address is looked at before it is connected to.

A name can mean something else a moment after it was looked up, so what was looked at is what is
connected to.
"""

import socket
from collections.abc import Callable
from typing import Any

Allowed = Callable[[str, str], bool]
"""Whether a host may be reached at this address of it."""


class RefusedError(Exception):
    """All addresses of a host are such that it may not be reached."""

    def __init__(self, host: str) -> None:
        super().__init__(f"{host} is not a public address")
        self.host = host


def open_session(allowed: Allowed) -> Any:
    """A session of requests that follows no redirect and connects to allowed addresses only.

    Its requests raise `RefusedError`. A proxy is asked in our place, and knows itself whom it may
    ask.
    """
    import requests  # noqa: PLC0415 - only the web needs it
    import urllib3  # noqa: PLC0415
    from requests.adapters import HTTPAdapter  # noqa: PLC0415

    class Plain(urllib3.connection.HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return _connect(self, allowed)

    class Tls(urllib3.connection.HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            return _connect(self, allowed)

    class PlainPool(urllib3.HTTPConnectionPool):
        ConnectionCls = Plain

    class TlsPool(urllib3.HTTPSConnectionPool):
        ConnectionCls = Tls

    class Adapter(HTTPAdapter):
        def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
            super().init_poolmanager(*arguments, **options)
            self.poolmanager.pool_classes_by_scheme = {"http": PlainPool, "https": TlsPool}

    class Session(requests.Session):
        def get_redirect_target(self, resp: requests.Response) -> None:
            """None: where they lead is looked at first."""
            del resp

    session = Session()
    session.mount("http://", Adapter())
    session.mount("https://", Adapter())
    return session


def _connect(connection: Any, allowed: Allowed) -> socket.socket:
    """A connection to the first address of a host that is allowed and answers."""
    from urllib3.exceptions import ConnectTimeoutError, NewConnectionError  # noqa: PLC0415

    host = connection.host.strip("[]").rstrip(".")
    try:
        found = socket.getaddrinfo(host, connection.port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as error:
        raise NewConnectionError(connection, str(error)) from error
    good = [each for each in found if allowed(host, str(each[4][0]))]
    if not good:
        raise RefusedError(host)
    failure: OSError = OSError("it has no address")
    for family, kind, protocol, _, address in good:
        sock = socket.socket(family, kind, protocol)
        try:
            for option in connection.socket_options or ():
                sock.setsockopt(*option)
            sock.settimeout(connection.timeout)
            sock.connect(address)
        except OSError as error:
            sock.close()
            failure = error
        else:
            return sock
    if isinstance(failure, TimeoutError):
        raise ConnectTimeoutError(connection, str(failure)) from failure
    raise NewConnectionError(connection, str(failure)) from failure
