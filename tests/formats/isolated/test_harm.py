"""A reader that dies, stops, takes all memory or writes is a refused file; the next is read, and nothing is left."""

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pipelines.formats.isolated import main, readers
from pipelines.formats.isolated.bounds import share_of_memory
from pipelines.formats.isolated.child import Child, ChildStartError, ChildTooSlowError, Patience
from pipelines.formats.isolated.desk import Desk
from pipelines.formats.isolated.readers import read_csv_together, read_source
from pipelines.formats.isolated.requests import HandedBytes, ReadFile, ReadTogether
from pipelines.formats.limits import FileRefusal, FileRefusedError, Limits
from pipelines.formats.raw import RawFile
from pipelines.formats.source import BytesSource, InboxFaultError
from pipelines.identifiers.errors_without_values import LeftVendors
from pipelines.upkeep.faults_of_ours import FAULTS_OF_OURS
from pipelines.vocabulary.reasons import Reason
from tests.formats.test_readers import CONTENT, rows_of, terms
from tests.support.harmful_readers import MODULE
from tests.support.paths import ROOT

FAILED = FileRefusal("file_undecodable", Reason("reader_failed"))
TIGHT = Limits(read_bytes=2**27, read_seconds=1)


@pytest.fixture(scope="module")
def harmful() -> Iterator[Desk]:
    desk = Desk(MODULE)
    yield desk
    desk.end()


@pytest.fixture(autouse=True)
def asked(harmful: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(readers, "DESK", harmful)
    return harmful


def read(content: bytes, limits: Limits | None = None) -> RawFile | FileRefusal:
    return read_source(BytesSource(content), terms(), limits or Limits())


@pytest.mark.fault(
    area="files",
    fault="A file makes its reader abort, exit, take all memory or never end",
    promise="The file is refused with the reason; the next one is read.",
)
@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"HARM abort", FAILED),
        (b"HARM leave", FAILED),
        (b"HARM allocate", FileRefusal("limit_exceeded", Reason("memory_exceeded"))),
        (b"HARM spin", FileRefusal("limit_exceeded", Reason("limit_read_seconds", most=1))),
    ],
)
def test_a_harmful_file_is_refused_and_the_next_one_read(
    content: bytes, refusal: FileRefusal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readers, "PATIENCE", 60)  # a busy machine gives the processor late
    bounds = [resource.getrlimit(kind) for kind in (resource.RLIMIT_DATA, resource.RLIMIT_CPU, resource.RLIMIT_FSIZE)]
    assert read(content, TIGHT) == refusal
    assert rows_of(read(CONTENT)) == [["1", "a"]]
    after = [resource.getrlimit(kind) for kind in (resource.RLIMIT_DATA, resource.RLIMIT_CPU, resource.RLIMIT_FSIZE)]
    assert after == bounds


@pytest.mark.fault(
    area="files",
    fault="A reader dies in the middle of a file",
    promise="The file is refused as a whole: no half of it counts.",
)
def test_a_reader_that_dies_among_its_rows_refuses_the_file() -> None:
    raw = read(b"HARM abort-later")
    assert isinstance(raw, RawFile)
    chunks = raw.chunks()
    assert [next(chunks).table["Nom"].to_pylist() for _ in range(2)] == [["1"], ["2"]]
    with pytest.raises(FileRefusedError) as error:
        next(chunks)
    assert error.value.refusal == FAILED


@pytest.mark.fault(
    area="runs",
    fault="The system kills the process that reads, for want of memory for instance",
    promise="The file is read once more in a fresh one, and is not blamed.",
)
def test_a_process_that_somebody_killed_is_no_fault_of_the_file(asked: Desk) -> None:
    raw = read(b"HARM none")
    assert isinstance(raw, RawFile)
    chunks = raw.chunks()
    names = next(chunks).table["Nom"].to_pylist()
    os.kill(asked.pid or 0, signal.SIGKILL)
    names += [name for chunk in chunks for name in chunk.table["Nom"].to_pylist()]
    assert names == ["1", "2", "3"]


@pytest.mark.fault(
    area="vendors",
    fault="Memory is short and the kernel kills what reads, or the disk hangs",
    promise="That is our fault, told in words: no file of a vendor is refused for it.",
)
@pytest.mark.parametrize(
    ("content", "setting"), [(b"HARM kill", "OPPOSABLE_MAX_READ_BYTES"), (b"HARM sleep", "OPPOSABLE_MAX_READ_SECONDS")]
)
def test_a_process_that_is_killed_again_or_idles_is_our_fault_and_the_next_file_is_read(
    content: bytes, setting: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readers, "PATIENCE", 1)
    with pytest.raises(InboxFaultError, match=setting):
        read(content, TIGHT)
    monkeypatch.undo()
    assert rows_of(read(CONTENT)) == [["1", "a"]]


def test_threads_that_read_at_once_each_get_their_own_rows() -> None:
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda _: rows_of(read(b"HARM none")), range(40)))
    assert found == [[["1"], ["2"], ["3"]]] * 40


@pytest.mark.parametrize(
    ("groups", "bounds", "share"),
    [
        ("0::/\n", {"memory.max": "max\n"}, None),
        ("0::/\n", {"memory.max": f"{2**30}\n"}, 2**29),
        ("0::/a.slice/b.service\n", {"a.slice/memory.max": f"{2**30}", "a.slice/b.service/memory.max": "max"}, 2**29),
        ("0::/a.slice/b.service\n", {"a.slice/b.service/memory.max": f"{2**31}"}, 2**30),
        ("9:name=systemd:/\n4:memory:/docker/1\n0::/\n", {"memory/memory.limit_in_bytes": f"{2**28}"}, 2**27),
        ("4:cpu,memory:/x\n", {"memory/x/memory.limit_in_bytes": f"{2**28}", "memory.max": "1"}, 2**27),
        ("", {}, None),
    ],
)
def test_of_what_a_container_may_use_half_is_for_reading(
    groups: str, bounds: dict[str, str], share: int | None, tmp_path: Path
) -> None:
    for name, most in bounds.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(most)
    assert share_of_memory(tmp_path, groups) == share


@pytest.mark.parametrize(("share", "bound"), [(None, 2**32), (2**33, 2**32), (2**28, 2**28)])
def test_the_process_binds_itself_to_the_smaller_of_its_share_and_the_setting(
    share: int | None, bound: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    bounds: list[int] = []
    monkeypatch.setattr(main, "share_of_memory", lambda: share)
    monkeypatch.setattr(main, "bind_reading", lambda *, read_bytes, **_: bounds.append(read_bytes))  # not this one
    main.Reading().answer(ReadTogether(1, [], terms(), Limits(read_bytes=2**32), 1), -1)
    assert bounds == [bound]


def test_files_that_are_read_by_turns_and_given_up_do_not_mix() -> None:
    first, second = read(b"HARM none"), read(b"HARM none")
    assert isinstance(first, RawFile)
    assert isinstance(second, RawFile)
    next(second.chunks())
    pairs = list(zip(first.chunks(), second.chunks(), strict=True))
    assert [[chunk.table["Nom"][0].as_py() for chunk in pair] for pair in pairs] == [["1"] * 2, ["2"] * 2, ["3"] * 2]


@pytest.mark.fault(
    area="files",
    fault="A harmful file among many small ones that are read together",
    promise="Only that one is refused.",
)
def test_a_group_with_a_harmful_file_is_left_to_be_read_alone() -> None:
    good = [(place, "Réf,Nom\n1,a\n".encode()) for place in range(5)]
    large = (5, b"x" * 2**20)  # which ends a group
    files = [*good, large, (6, b"HARM abort"), (7, large[1]), *((place + 8, content) for place, content in good)]
    found = [alike.places for alike in read_csv_together(files, terms(), Limits())]
    assert found == [(0, 1, 2, 3, 4), (8, 9, 10, 11, 12)]


@pytest.mark.fault(
    area="files",
    fault="A reader spins without an answer",
    promise="It ends by its own bound of processor time, whoever waits.",
)
def test_a_process_that_spins_is_ended_by_its_own_bound() -> None:
    child = Child(MODULE)
    content = os.memfd_create("spin")
    os.write(content, b"HARM spin")
    handed = HandedBytes(9, 9, is_read_for=False, may_be_packed=False, member=None)
    patience = Patience(60)
    child.send(ReadFile(1, handed, terms(), Limits(), seconds=0), patience, content)
    with pytest.raises(ChildTooSlowError):
        child.receive(patience, 2**20)
    assert patience.left > 0
    os.close(content)
    child.end()


@pytest.mark.fault(
    area="files",
    fault="A file makes its reader write to the disk",
    promise="Not one byte is written.",
)
def test_nothing_is_written(tmp_path: Path) -> None:
    place = tmp_path / "left"
    assert read(f"HARM write {place}".encode()) == FileRefusal("file_undecodable", Reason("file_broken"))
    assert place.read_bytes() == b""


@pytest.mark.fault(
    area="keys",
    fault="A reader that was taken over looks for settings, secrets of the environment and open files",
    promise="Its process was given none.",
)
def test_it_gets_no_setting_and_no_open_file(asked: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("OPPOSABLE_DATABASE_URL", "postgresql+psycopg://somebody:secret@host/registry")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    asked.end()
    with (tmp_path / "ours").open("wb") as ours:
        os.set_inheritable(ours.fileno(), True)
        assert isinstance(read(CONTENT), RawFile)
    process = Path(f"/proc/{asked.pid}")
    assert b"secret" not in (process / "environ").read_bytes()
    assert b"OPPOSABLE" not in (process / "environ").read_bytes()
    opened = {os.readlink(entry).partition(":")[0] for entry in (process / "fd").iterdir()}
    assert opened == {"/dev/null", "socket"}


@pytest.mark.fault(
    area="runs",
    fault="A run is killed while a file is read",
    promise="The process that reads ends with it.",
)
def test_it_ends_with_its_parent() -> None:
    program = (
        "import os, signal\n"
        "from pipelines.formats.isolated import readers\n"
        "from tests.formats.isolated.test_harm import read\n"
        "read(b'x,y\\n1,2\\n')\n"
        "print(readers.DESK.pid, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False, env=environment)
    child = Path(f"/proc/{int(done.stdout)}")
    until = time.monotonic() + 30
    while child.exists() and "zombie" not in (child / "status").read_text() and time.monotonic() < until:
        time.sleep(0.05)
    assert not child.exists() or "zombie" in (child / "status").read_text()


def test_a_process_that_can_not_be_started_is_our_fault_and_says_why() -> None:
    with pytest.raises(ChildStartError, match="No module named"):
        Child("pipelines.formats.isolated.nowhere")


def test_that_a_process_can_not_be_started_reaches_the_operator_in_its_own_words() -> None:
    left = LeftVendors("the intake", FAULTS_OF_OURS)
    with left.one("acme"):
        raise ChildStartError("the process that reads delivered files did not start: no word")
    assert left.in_words() == ["acme: the process that reads delivered files did not start: no word"]
