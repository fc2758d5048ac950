"""Folders that others write to: what they put there leads nowhere else, and modes do not hang on the umask."""

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from pipelines.receipts.outbox import Outbox
from pipelines.storage.folders import (
    PRIVATE,
    SHARED,
    entries_below,
    free_for_folder,
    make_folder,
    make_private_file,
    open_below,
    remove_folder,
    remove_unfinished,
    replacing,
)
from tests.support.paths import ROOT


@pytest.fixture(params=[0o000, 0o022, 0o077])
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.usefixtures("umask")
def test_modes_are_the_same_under_any_umask(tmp_path: Path) -> None:
    for name, mode, of_files in (("private", PRIVATE, 0o600), ("shared", SHARED, 0o640)):
        root = tmp_path / name
        with replacing(root, root / "a" / "b" / "x", mode) as file:
            file.write(b"x")
        assert [mode_of(path) for path in (root, root / "a", root / "a" / "b")] == [mode] * 3
        assert mode_of(root / "a" / "b" / "x") == of_files
    make_private_file(tmp_path / "registry.db")
    assert mode_of(tmp_path / "registry.db") == 0o600


def test_what_is_there_keeps_its_mode_and_what_lies_above_the_root_is_not_closed(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    (tmp_path / "old").chmod(0o755)
    make_folder(tmp_path / "old", tmp_path / "old" / "new", PRIVATE)
    assert (mode_of(tmp_path / "old"), mode_of(tmp_path / "old" / "new")) == (0o755, 0o700)
    before = os.umask(0o022)
    make_folder(tmp_path / "home" / "lake", tmp_path / "home" / "lake", PRIVATE)
    os.umask(before)
    assert mode_of(tmp_path / "home") == 0o755


def test_a_link_under_the_name_is_replaced_and_not_followed(tmp_path: Path) -> None:
    root, elsewhere = tmp_path / "root", tmp_path / "elsewhere"
    root.mkdir()
    elsewhere.write_bytes(b"theirs")
    (root / "x").symlink_to(elsewhere)
    (root / ".x.part").symlink_to(elsewhere)
    with replacing(root, root / "x") as file:
        file.write(b"theirs")  # the same bytes: they are not compared through the link
    assert elsewhere.read_bytes() == (root / "x").read_bytes() == b"theirs"
    assert not (root / "x").is_symlink()


def test_a_folder_or_a_pipe_under_the_name_stops_nobody_and_nothing_is_lost(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "kept").write_bytes(b"theirs")
    os.mkfifo(tmp_path / "y")
    for name in ("x", "y"):
        with replacing(tmp_path, tmp_path / name) as file:
            file.write(b"ours")
        assert (tmp_path / name).read_bytes() == b"ours"
    (kept,) = tmp_path.rglob("kept")
    assert kept.read_bytes() == b"theirs"


@pytest.mark.fault(
    area="lake",
    fault="Writing any file of ours fails half-way",
    promise="The file is as it was, and no remains lie beside it.",
)
def test_nothing_is_left_of_what_went_wrong_and_the_same_bytes_change_nothing(tmp_path: Path) -> None:
    states = []
    for _ in range(2):
        with replacing(tmp_path, tmp_path / "x") as file:
            file.write(b"1")
        states.append((tmp_path / "x").stat().st_ino)
    with pytest.raises(ZeroDivisionError), replacing(tmp_path, tmp_path / "x") as file:
        file.write(b"2" * (1 // 0))
    assert [path.name for path in tmp_path.iterdir()] == ["x"]
    assert {*states, (tmp_path / "x").stat().st_ino} == {states[0]}


@pytest.mark.fault(
    area="folders",
    fault="Any path of ours leads through a link or above its root",
    promise="Neither read nor written nor removed.",
)
def test_no_place_is_reached_through_a_link_or_above_the_root(tmp_path: Path) -> None:
    root, other = tmp_path / "root", tmp_path / "other"
    for folder in (root / "a", other):
        folder.mkdir(parents=True)
    (other / "x").write_bytes(b"theirs")
    (root / "b").symlink_to(other)
    for path in (root / "b" / "x", root / "a" / ".." / ".." / "other" / "x", other / "x"):
        with pytest.raises(OSError, match=r"\w"):
            open_below(root, path)
        with pytest.raises(OSError, match=r"\w"), replacing(root, path) as file:
            file.write(b"ours")
    assert [entry.path for entry in entries_below(root, root)] == [root / "b"]
    assert entries_below(root, root / "b") == []
    remove_folder(root, root / "a")
    assert (other / "x").read_bytes() == b"theirs"


def test_a_link_in_place_of_a_folder_is_put_aside(tmp_path: Path) -> None:
    (tmp_path / "day").symlink_to(tmp_path)
    free_for_folder(tmp_path, tmp_path / "day")
    make_folder(tmp_path, tmp_path / "day", SHARED)
    free_for_folder(tmp_path, tmp_path / "day")
    assert (tmp_path / "day").is_dir()
    assert len(list(tmp_path.iterdir())) == 2


def test_a_root_may_be_a_link(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "root").symlink_to("disk")
    with replacing(tmp_path / "root", tmp_path / "root" / "x") as file:
        file.write(b"x")
    assert (tmp_path / "disk" / "x").read_bytes() == b"x"


@pytest.mark.fault(
    area="folders", fault="Folders nested a thousand deep", promise="They are listed and removed like others."
)
def test_a_very_deep_folder_is_listed_and_removed(tmp_path: Path) -> None:
    """Nobody recurses, and no path is longer than the system takes."""
    here = os.open(tmp_path, os.O_RDONLY)
    for _ in range(1_100):
        os.mkdir("d", dir_fd=here)
        below = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(os.open("x", os.O_WRONLY | os.O_CREAT, dir_fd=here))
    os.close(here)
    assert [entry.path.name for entry in entries_below(tmp_path, tmp_path)] == ["x"]
    remove_folder(tmp_path, tmp_path / "d")
    assert list(tmp_path.iterdir()) == []


PLACES = {
    "receipt": "Outbox(root).replacing('acme', date(2026, 8, 11), 'receipt.csv')",
    "dossier": "replacing(root, root / 'acme' / '2026-08-11' / 'index.html', PRIVATE)",
    "portfolio": "replacing(root, root / 'index.html', PRIVATE)",
}
KILLED = """
import os, signal, sys
from datetime import date
from pathlib import Path
from pipelines.receipts.outbox import Outbox
from pipelines.storage.folders import PRIVATE, replacing
root = Path(sys.argv[1])
unfinished = [eval(place) for place in sys.argv[2:]]
for place in unfinished:
    place.__enter__().write(b"half")
os.kill(os.getpid(), signal.SIGKILL)
"""


def files_below(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


@pytest.mark.fault(
    area="folders",
    fault="A kill leaves an unfinished file beside a receipt, a dossier or the portfolio",
    promise="It goes at the next writing of the same, and nothing else with it.",
)
def test_what_a_kill_left_of_a_file_goes_at_the_next_writing_and_nothing_else(tmp_path: Path) -> None:
    killed = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path), *PLACES.values()], cwd=ROOT)
    assert killed.returncode == -signal.SIGKILL
    assert len(files_below(tmp_path)) == len(PLACES)
    others = [f".other.json.{'0' * 32}.part", ".index.html.part", f".index.html.{'0' * 32}.part.csv"]
    for name in others:
        (tmp_path / name).write_bytes(b"x")
    with Outbox(tmp_path).replacing("acme", date(2026, 8, 11), "receipt.csv") as receipt:
        receipt.write(b"whole")
    for path in (tmp_path / "acme" / "2026-08-11" / "index.html", tmp_path / "index.html"):
        with replacing(tmp_path, path, PRIVATE) as page:
            page.write(b"whole")
    whole = ("acme/2026-08-11/receipt.csv", "acme/2026-08-11/index.html", "index.html")
    assert files_below(tmp_path) == dict.fromkeys(whole, b"whole") | dict.fromkeys(others, b"x")
    remove_unfinished(tmp_path, tmp_path)
    assert not (tmp_path / others[0]).exists()
    remove_unfinished(tmp_path, tmp_path / "nowhere")


def test_what_somebody_else_is_writing_is_not_swept(tmp_path: Path) -> None:
    with replacing(tmp_path, tmp_path / "a") as first:
        with replacing(tmp_path, tmp_path / "a") as second:
            second.write(b"second")
        remove_unfinished(tmp_path, tmp_path)
        first.write(b"first")
    assert files_below(tmp_path) == {"a": b"first"}
