"""The password of the mail server: from the environment, a file or a command."""

import os
import stat
import subprocess
from collections.abc import Mapping
from pathlib import Path

from digest.errors import ConfigurationError
from digest.regular import read_regular

PASSWORD_VARIABLE = "DIGEST_SMTP_PASSWORD"  # noqa: S105 - the name of a variable
_SECONDS = 60
_MOST_BYTES = 10_000


def find_password(environment: Mapping[str, str], *, file: Path | None, command: str) -> str:
    """The password, from the environment, a file or the first line that a command prints.

    Raises `ConfigurationError` for a file that others can read, a command that fails or takes
    more than a minute, and for what is not UTF-8.
    """
    if password := environment.get(PASSWORD_VARIABLE):
        return _decoded(os.fsencode(password), f"The password in {PASSWORD_VARIABLE}")
    if file:
        try:
            mode = file.stat().st_mode
            if mode & (stat.S_IRWXG | stat.S_IRWXO) and os.name == "posix":
                raise ConfigurationError(
                    f"The password file {file} can be read by others.", hint=f"chmod 600 {file}"
                )
            found = read_regular(file, _MOST_BYTES).strip(b"\r\n")
        except OSError as error:
            raise ConfigurationError(
                f"The password file {file} cannot be read: {error.strerror}."
            ) from error
        if not found:
            raise ConfigurationError(f"The password file {file} is empty.")
        return _decoded(found, f"The password file {file}")
    return _ask(command) if command else ""


def _ask(command: str) -> str:
    try:
        done = subprocess.run(  # noqa: S602 - the user's own command line, as in a shell
            command,
            shell=True,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=_SECONDS,
        )
    except subprocess.TimeoutExpired as error:
        raise ConfigurationError(f"The password command took more than {_SECONDS} s.") from error
    if done.returncode:
        raise ConfigurationError(f"The password command failed with {done.returncode}.")
    if not done.stdout.strip():
        raise ConfigurationError("The password command printed nothing.")
    return _decoded(done.stdout.splitlines()[0], "What the password command prints")


def _decoded(password: bytes, what: str) -> str:
    try:
        return password.decode()
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{what} is not UTF-8.") from error
