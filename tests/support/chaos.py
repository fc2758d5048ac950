"""A day of chaos: a market that is delivered day by day into a house to which everything happens, from a seed.

What may happen to files between two runs, and how runs are started, killed and ended.
"""

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Any, Final

from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.storage.lake_health import damages
from pipelines.vocabulary.clock import tick_of
from tests.support import hostile_vendor
from tests.support.calm_markets import Calm
from tests.support.houses import house_at, import_oppositions, lake_bytes
from tests.support.paths import ROOT

ZONES: Final = ("Pacific/Kiritimati", "America/Los_Angeles", "Europe/Paris", "Asia/Kolkata")
UMASKS: Final = ("000", "022", "077", "027")
Span = tuple[date, date, str]
"""First and last day of a run, and its knowledge instant, ISO 8601."""
_PATIENCE: Final = 900
"""Seconds after which a run hangs."""


@dataclass(frozen=True)
class Ended:
    """How a run ended."""

    status: int
    said: str
    """The vendors that it left, or why it stopped."""
    errors: str


@dataclass
class Chaos:
    """The house to which everything happens."""

    calm: Calm
    home: Path
    dice: random.Random
    seconds: float = 4
    """What the last whole run took."""
    held_back: list[Path] = field(default_factory=list)
    """Folders of honest vendors that are late."""
    not_imported: list[Path] = field(default_factory=list)
    """Files of oppositions that are late."""
    kill_count: int = 0
    begun: int = 0
    """Days that were delivered."""

    def __post_init__(self) -> None:
        shutil.copytree(self.calm.home / "keys", self.home / "keys")  # keyed hashes are compared
        for vendor in self.calm.vendors:
            shutil.copytree(self.calm.home / "contracts" / vendor, self.home / "contracts" / vendor)
        hostile_vendor.set_up(self.home)

    @property
    def vendors(self) -> list[str]:
        """All, the hostile one among them."""
        return sorted([*self.calm.vendors, hostile_vendor.NAME])

    def deliver(self, day: date) -> None:
        """What comes on a day: of honest vendors, what is late, too, or nothing yet; then the hostile one's."""
        came = [self.calm.delivered / vendor / day.isoformat() for vendor in self.calm.vendors]
        waiting = self.held_back + [folder for folder in came if folder.exists()]
        self.held_back = [folder for folder in waiting if folder in came and self.dice.random() < 0.25]
        for folder in waiting:
            if folder not in self.held_back:
                self._put(folder)
        hostile_vendor.attack(self.home, day, self.begun)
        self.begun += 1

    def _put(self, folder: Path) -> None:
        shutil.copytree(folder, self.home / "inbox" / folder.relative_to(self.calm.delivered))

    def import_until(self, day: date) -> None:
        """Oppositions that were recorded until a day, but for a file that comes later."""
        files = self.calm.market.opposition_files
        new = [path for path in files if path.stem == day.isoformat() or (self.begun == 1 and path is files[0])]
        late = [path for path in new if path is not files[0] and self.dice.random() < 0.3]
        if came := [path for path in self.not_imported + new if path not in late]:
            import_oppositions(came, house_at(self.home))
        self.not_imported = late

    def catch_up(self) -> None:
        """What is late comes."""
        for folder in self.held_back:
            self._put(folder)
        import_oppositions(self.calm.market.opposition_files, house_at(self.home))

    def start(self, first: date, last: date, as_of: str) -> subprocess.Popen[str]:
        """A run, on a machine that was set up by somebody else than that of the run before."""
        umask, zone = self.dice.choice(UMASKS), self.dice.choice(ZONES)
        environment = {name: value for name, value in os.environ.items() if not name.startswith("OPPOSABLE_")}
        environment |= {"TZ": zone, "PYTHONHASHSEED": str(self.dice.randrange(1000))}
        command = [sys.executable, "-m", "tests.support.chaos_runs", str(self.home), str(first), str(last), as_of]
        pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        return subprocess.Popen([*command, umask, *self.vendors], cwd=ROOT, env=environment, **pipes)

    def killed(self, first: date, last: date, as_of: str) -> None:
        """A run that is killed at an instant at which it may be anywhere, or through already."""
        process = self.start(first, last, as_of)
        time.sleep(self.dice.uniform(0.15, 0.95) * self.seconds)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        self.kill_count += process.returncode == -signal.SIGKILL

    def whole(self, first: date, last: date, as_of: str) -> Ended:
        """A run that is left to its end."""
        began = time.monotonic()
        process = self.start(first, last, as_of)
        said, errors = process.communicate(timeout=_PATIENCE)
        if process.returncode == 0:
            self.seconds = time.monotonic() - began
        return Ended(process.returncode, said, errors)

    @contextmanager
    def rewriting(self, day: date) -> Iterator[None]:
        """A large file of the hostile vendor is overwritten all the time."""
        path = self.home / "inbox" / hostile_vendor.NAME / str(day) / "leads_rewritten.csv"
        act, is_over = hostile_vendor.rewritten_for_ever(path, day), Event()
        act()

        def rewrite() -> None:
            while not is_over.wait(0.05):
                act()

        thread = Thread(target=rewrite)
        thread.start()
        try:
            yield
        finally:
            is_over.set()
            thread.join()

    def back_up_registry(self, to: Path) -> None:
        """A copy as its own tool makes it."""
        with sqlite3.connect(self.home / "registry.db") as held, sqlite3.connect(to) as copy:
            held.backup(copy)

    def lose_registry(self) -> None:
        """Nothing of it is left."""
        for path in self.home.glob("registry.db*"):
            path.unlink()

    def restore_registry(self, backup: Path) -> None:
        """Put an older state of it in its place."""
        self.lose_registry()
        shutil.copy(backup, self.home / "registry.db")

    def damage(self, count: int) -> list[Path]:
        """Flip a byte in some files of the lake, and take away a whole partition; the last is one of the snapshot."""
        lake = self.home / "lake"
        paths = sorted(path for path in lake.rglob("part-0.parquet") if "oppositions" not in path.parts)
        *flipped, gone = self.dice.sample(paths, count + 1)
        flipped.append(self.dice.choice(sorted(lake.glob("oppositions/*/part-0.parquet"))))
        for path in flipped:
            content = bytearray(path.read_bytes())
            content[self.dice.randrange(len(content))] ^= 1 << self.dice.randrange(8)
            path.write_bytes(content)
        shutil.rmtree(gone.parent)
        return [gone, *flipped]


@dataclass(frozen=True)
class Scale:
    """How much happens."""

    days_at_once: int
    """Days that are delivered between two runs."""
    kills: int
    """Runs that are killed before each whole one."""
    damaged: int
    """Files in which a byte is flipped, each time."""


def live_through(chaos: Chaos, scale: Scale, backup: Path, tell: Callable[[str], None] = lambda message: None) -> None:
    """The whole market, day by day, and all that happens meanwhile; then one run over everything.

    `backup`: where the registry of the first day is kept.
    """
    days = chaos.calm.days
    steps = [days[place : place + scale.days_at_once] for place in range(0, len(days), scale.days_at_once)]
    for number, step in enumerate(steps):
        for day in step:
            chaos.deliver(day)
            chaos.import_until(day)
            if day == days[0]:
                chaos.back_up_registry(backup)
        span = (days[max(0, days.index(step[0]) - 3)], step[-1], tick_of(step[-1] + timedelta(days=1)).isoformat())
        for _ in range(scale.kills):
            chaos.killed(*span)
        if number == len(steps) // 2:
            _lose_and_restore(chaos, backup, span)
        _confirm(chaos.whole(*span))
        if number % 2:
            chaos.damage(scale.damaged)
        tell(f"until {step[-1]}: {chaos.kill_count} runs killed, {len(chaos.held_back)} folders late")
    _repair(chaos, scale)
    _end(chaos, scale, (days[0], days[-1], chaos.calm.market.as_of.isoformat()))


def _end(chaos: Chaos, scale: Scale, span: Span) -> None:
    """All that is late comes; what is rewritten while it is read stops its own vendor, as long as that goes on."""
    chaos.catch_up()
    for _ in range(scale.kills):
        chaos.killed(*span)
    with chaos.rewriting(span[1]):
        _confirm(chaos.whole(*span), may_leave={hostile_vendor.NAME})
    _confirm(chaos.whole(*span))


def _confirm(ended: Ended, may_leave: Collection[str] = ()) -> None:
    assert ended.status == 0, ended
    assert {line.partition(":")[0] for line in ended.said.splitlines()} <= {*may_leave}, ended


def _lose_and_restore(chaos: Chaos, backup: Path, span: Span) -> None:
    """Without its registry, or with an old one, a run stops in words and changes nothing."""
    before = lake_bytes(house_at(chaos.home).lake)
    chaos.lose_registry()
    ended = chaos.whole(*span)
    assert ended.status == 1, ended
    assert "this is not the registry whose oppositions were published" in ended.errors, ended
    chaos.restore_registry(backup)
    ended = chaos.whole(*span)
    assert ended.status == 1, ended
    assert "rows of oppositions that the published snapshot holds" in ended.errors, ended
    assert lake_bytes(house_at(chaos.home).lake) == before
    known = [path for path in chaos.calm.market.opposition_files if path.stem <= span[1].isoformat()]
    import_oppositions(known, house_at(chaos.home))


def _repair(chaos: Chaos, scale: Scale) -> None:
    """Damage is named, and made good by a command."""
    chaos.damage(scale.damaged)
    lake = house_at(chaos.home).lake
    assert damages(lake)
    repaired = CliRunner().invoke(app, ["lake", "repair"], env={"OPPOSABLE_HOME": str(chaos.home)})
    assert (repaired.exit_code, damages(lake)) == (0, []), repaired.output
