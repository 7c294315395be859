"""Where packages come from: the index, a manifest of what is known of some, their links."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from digest.errors import ModelError
from digest.progress import Progress
from digest.translation.download import (
    Patience,
    fetch,
    fetch_bytes,
    give_up_on_silence,
)
from digest.translation.index import (
    DEFAULT_INDEX,
    Available,
    find_pair,
    index_address,
    read_index,
    read_manifest,
)
from digest.translation.install import Library, Outcome, install_package

PAIR = "nl-en"

_INDEX_BYTES = 16 << 20
_SILENCE = 5.0
_HURRY = Patience(connect=_SILENCE, read=_SILENCE, tries=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """An index, a manifest, a folder for what is downloaded, and how long to wait for it."""

    index: str
    manifest: Path
    downloads: Path
    patience: Patience = field(default_factory=Patience)


def list_available(market: Market) -> tuple[Available, ...]:
    """The packages of the index, with what the manifest knows of them. Raises `ModelError`."""
    address = index_address(market.index or DEFAULT_INDEX)
    data = fetch_bytes(address, patience=market.patience, most=_INDEX_BYTES)
    known = {str(package): package for package in read_manifest(market.manifest)}
    return tuple(
        replace(package, sha256=known[str(package)].sha256, size=known[str(package)].size)
        if str(package) in known
        else package
        for package in read_index(data, address=address)
    )


def find_newest(market: Market, pair: str) -> Available:
    """The newest package of a pair. Raises `ModelError` when there is none."""
    return find_pair(list_available(market), pair, address=market.index or "The index")


def download(
    package: Available, market: Market, progress: Callable[[str], Progress]
) -> tuple[Path, str]:
    """The file of a package, and the first of its links that worked. Raises `ModelError`.

    `progress` makes what is told of the bytes, from the name of the file.
    """
    failure = ModelError(f"The index has no link for {package}.")
    for link in package.links:
        name = _file_name(link)
        target = market.downloads / name
        try:
            fetch(
                link,
                target,
                patience=market.patience,
                progress=progress(name),
                size=package.size,
            )
        except ModelError as error:
            failure = error
        else:
            return target, link
    raise failure


def _file_name(link: str) -> str:
    """What a download is called here, whatever the address ends in."""
    name = re.sub(r"[^A-Za-z0-9_.+-]", "_", link.rsplit("/", 1)[-1])[-_LONGEST_NAME:].lstrip(".")
    return name or "package.argosmodel"


_LONGEST_NAME = 100


def install_public(
    market: Market, library: Library, progress: Callable[[str], Progress], *, threads: int
) -> Outcome:
    """Install the newest public package, if it can be had at once.

    No second tries; five seconds without a sign of the index, of a name server or of the
    host of the package are enough. Raises `ModelError` with the reason.
    """
    hurried = replace(market, patience=_HURRY)

    def get(sign: Callable[[], None]) -> tuple[Available, Path, str]:
        package = find_newest(hurried, PAIR)
        sign()

        def telling(name: str) -> Progress:
            shown = progress(name)

            def told(done: int, total: int, what: str) -> None:
                sign()
                shown(done, total, what)

            return told

        return package, *download(package, hurried, telling)

    package, archive, link = give_up_on_silence(get, seconds=_SILENCE)
    try:
        return install_package(
            archive, library, origin=link, sha256=package.sha256, threads=threads
        )
    finally:
        archive.unlink()
