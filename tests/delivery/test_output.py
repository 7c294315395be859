from pathlib import Path

import pytest

from digest.delivery.output import hold, write_file
from digest.errors import OutputError


def test_a_file_is_replaced_whole_and_keeps_its_permissions(tmp_path: Path) -> None:
    path = tmp_path / "edition.txt"
    path.write_text("old")
    path.chmod(0o640)
    write_file(path, "nieuw €\n".encode())
    assert path.read_bytes() == "nieuw €\n".encode()
    assert path.stat().st_mode & 0o777 == 0o640
    assert [file.name for file in tmp_path.iterdir()] == ["edition.txt"]


def test_a_link_goes_on_pointing_to_its_file(tmp_path: Path) -> None:
    (tmp_path / "real.txt").write_text("old")
    (tmp_path / "link.txt").symlink_to("real.txt")
    write_file(tmp_path / "link.txt", b"new")
    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "real.txt").read_text() == "new"


def test_what_cannot_be_written_is_named_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="No such file or directory"):
        write_file(tmp_path / "none" / "edition.txt", b"x")
    assert not list(tmp_path.iterdir())


def test_a_full_device_is_an_error() -> None:
    with pytest.raises(OutputError, match="No space left"):
        write_file(Path("/dev/full"), b"x")


@pytest.mark.parametrize("size", [0, 1, 65_536, 70_000, 3_000_000])
def test_a_document_in_pieces_is_written_whole(size: int, tmp_path: Path) -> None:
    data = bytes(number % 251 for number in range(size))
    held = hold(data[start : start + 1000] for start in range(0, size, 1000))
    assert b"".join(held) == data
    write_file(tmp_path / "edition.txt", held)
    assert (tmp_path / "edition.txt").read_bytes() == data
