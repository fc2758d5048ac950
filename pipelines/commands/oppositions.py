"""`opposable oppositions`: the opposition registry from the terminal."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Annotated, Final

import pyarrow as pa
import sqlalchemy as sa
import typer
from rich.console import Console
from rich.progress import Progress

from pipelines.arrays.without_frames import go_without_frames
from pipelines.commands.accept_registry import accept_registry_command
from pipelines.commands.final_days import say_late_entries
from pipelines.commands.opposition_files import ReadLines, open_oppositions
from pipelines.commands.opposition_options import (
    ChannelOption,
    ColumnOption,
    DateOrderOption,
    DatePatternOption,
    DryRunOption,
    IdentifierOption,
    KindOption,
    NoHeaderOption,
    OpposedAtOption,
    OriginOption,
    ProfileOption,
    layout_of_options,
)
from pipelines.commands.shared import house_of_settings, instant_of, refuse
from pipelines.house import House
from pipelines.identifiers.keyed_hashes import NORMALISATION_VERSION, IdentityHasher
from pipelines.oppositions.columns import Lines
from pipelines.oppositions.imports import ImportCounts, import_oppositions
from pipelines.oppositions.late_entries import newest_final
from pipelines.oppositions.layouts import FileLayout, LayoutError
from pipelines.oppositions.lines import OppositionLine, RefusedLine
from pipelines.oppositions.records import has_hashed_oppositions, oppositions_without_alias
from pipelines.oppositions.snapshot import refresh_snapshot
from pipelines.oppositions.uncompared import uncompared_days
from pipelines.oppositions.unmet_lists import unmet_lists
from pipelines.storage.registry.database import RegistryError
from pipelines.storage.secrets.keys import KeysError, key_id
from pipelines.vocabulary.clock import paris_date
from pipelines.vocabulary.words import HASHED_KINDS

SHOWN_REFUSALS: Final = 100
OTHERWISE: Final = "another column is wrong"

app = typer.Typer(no_args_is_help=True)

app.command("accept-registry")(accept_registry_command)


@app.callback()
def oppositions() -> None:
    """The opposition registry: who objected, when, and which vendors were told."""
    go_without_frames()


@app.command("import")
def import_(
    files: Annotated[
        list[Path], typer.Argument(help="CSV files with identifier,kind,channel,opposed_at,…", metavar="FILE…")
    ],
    profile: ProfileOption = "",
    column: ColumnOption = None,
    identifier: IdentifierOption = "",
    kind: KindOption = "",
    channel: ChannelOption = "",
    origin: OriginOption = "",
    opposed_at: OpposedAtOption = "",
    is_headless: NoHeaderOption = False,
    date_order: DateOrderOption = None,
    date_pattern: DatePatternOption = "",
    is_dry_run: DryRunOption = False,
) -> None:
    """Import opposition files. Bad lines are refused one by one; good lines are imported; importing again is safe.

    Other headers than ours are read with --profile, or with --column and with options for what the file does not say.
    An option counts where the file has no such column, or an empty cell. When a file does not say since when its
    oppositions are known (recorded_at), it is the instant of the import. Text with , ; or tabs, in UTF-8, UTF-16 or
    Windows-1252, and workbooks are read.

    Exit status: 0 all imported, 1 some lines refused, 2 a file, a header or a setting is wrong and nothing was done.
    """
    told = {"kind": kind, "channel": channel, "origin": origin, "opposed_at": opposed_at}
    layout = layout_of_options(
        profile,
        [*(column or ()), *([f"identifier={identifier}"] if identifier else ())],
        {name: text for name, text in told.items() if text},
        has_header=not is_headless,
        date_order=date_order,
        date_pattern=date_pattern,
    )
    now = datetime.now(UTC)
    opened = {path: _opened(path, layout, now) for path in files}
    house = house_of_settings()
    registry, hasher = _registry_and_hasher(house)
    if is_dry_run:
        typer.echo("dry run: nothing is imported, this is what would be")
    judged_until = newest_final(house.lake)
    done = [
        _import(path, read, registry, hasher, is_trial=is_dry_run, judged_until=judged_until)
        for path, read in opened.items()
    ]
    if len(done) == 1 or any(seen.count for _, seen in done):
        for path, (counts, seen) in zip(opened, done, strict=True):
            _say_imported(path.name, counts, seen)
    if len(done) > 1:
        _say_imported(
            f"{len(done)} files",
            _summed_imports([counts for counts, _ in done]),
            _Seen.summed(seen for _, seen in done),
        )
    say_late_entries(house, pa.concat_tables([counts.late for counts, _ in done]))
    _hint_at_unprobed_leads(house)
    if any(seen.count for _, seen in done):
        raise typer.Exit(1)


@app.command()
def check(
    as_of: Annotated[str, typer.Option(help="Look at the month before this date or instant instead of today.")] = "",
) -> None:
    """Say what of the registry meets no lead: hashed lists that met none in a month, leads never compared.

    Exit status: 0 nothing to say, 1 something.
    """
    house = house_of_settings()
    registry, _ = _registry_and_hasher(house)
    today = paris_date(instant_of("--as-of", as_of)) if as_of else paris_date(datetime.now(UTC))
    refresh_snapshot(registry, house.lake)
    unmet = unmet_lists(house.judge.engine, house.lake, today)
    for one in unmet:
        typer.echo(str(one))
    without_alias = oppositions_without_alias(registry)
    if without_alias:
        typer.echo(
            f"{without_alias} oppositions by e-mail were recorded before aliases were kept: Gmail's dots and tags of "
            "theirs "
            "are not looked through. Import their files into a new registry if you still have them"
        )
    if _hint_at_unprobed_leads(house) or unmet or without_alias:
        raise typer.Exit(1)
    typer.echo("every hashed list that was known for a month met a lead, or no leads came")


@dataclass
class _Seen:
    """What the lines of a file are: how many are good, in clear and hashed, how many are refused and why."""

    kinds: Counter[str] = field(default_factory=Counter)
    causes: Counter[str] = field(default_factory=Counter)
    first: list[RefusedLine] = field(default_factory=list)

    @property
    def count(self) -> int:
        """Of refused lines."""
        return self.causes.total()

    @staticmethod
    def summed(files: Iterable["_Seen"]) -> "_Seen":
        """What is seen in all files, without their first refusals."""
        total = _Seen()
        for seen in files:
            total.kinds += seen.kinds
            total.causes += seen.causes
        return total

    def let_pass(self, lines: Lines) -> Iterator[OppositionLine | pa.Table]:
        for line in lines:
            if not isinstance(line, RefusedLine):
                self._note_kinds([line.kind] if isinstance(line, OppositionLine) else line["kind"].to_pylist())
                yield line
                continue
            self.causes[next((fault.cause for fault in line.faults if fault.cause), OTHERWISE)] += 1
            if self.count <= SHOWN_REFUSALS:
                self.first.append(line)

    def _note_kinds(self, kinds: Iterable[str]) -> None:
        for kind, count in Counter(kinds).items():
            self.kinds["as SHA-256" if kind in HASHED_KINDS else "in clear"] += count


def _import(
    path: Path,
    read: ReadLines,
    registry: sa.Engine,
    hasher: IdentityHasher,
    *,
    is_trial: bool,
    judged_until: datetime | None,
) -> tuple[ImportCounts, _Seen]:
    refusals = _Seen()
    with _progress() as progress:
        lines = chain(refusals.let_pass(read(hasher, progress)), _announce_stage(progress, "merging"))
        merge = partial(
            import_oppositions,
            key_id=key_id(hasher.secret_count),
            normalisation_version=NORMALISATION_VERSION,
            is_trial=is_trial,
            judged_until=judged_until,
        )
        counts = _merge(path, partial(merge, registry, lines))
    _report_refusals(path, refusals)
    return counts, refusals


def _summed_imports(counts: Sequence[ImportCounts]) -> ImportCounts:
    return ImportCounts(
        sum(one.opposition_count for one in counts),
        sum(one.share_count for one in counts),
        sum(one.revocation_count for one in counts),
        sum(one.known_count for one in counts),
        pa.concat_tables([one.late for one in counts]),
    )


def _merge(path: Path, merge: Callable[[], ImportCounts]) -> ImportCounts:
    try:
        return merge()
    except (KeysError, LayoutError) as error:
        refuse(f"{path.name}: nothing of it was imported: {error}")
    except RegistryError as error:
        typer.echo(f"{path.name}: {error}", err=True)
        raise typer.Exit(1) from None
    except sa.exc.DBAPIError as error:
        reason = type(error.orig).__name__
        typer.echo(
            f"{path.name}: the registry failed ({reason}); nothing of it was imported, import it again", err=True
        )
        raise typer.Exit(1) from None


def _announce_stage(progress: Progress, stage: str) -> Iterator[OppositionLine]:
    """No line; shows, when it is reached, that reading is over and another stage begins."""
    progress.add_task(stage, total=None)
    yield from ()


def _progress() -> Progress:
    console = Console(stderr=True)
    return Progress(console=console, transient=True, disable=not console.is_terminal)


def _opened(path: Path, layout: FileLayout, now: datetime) -> ReadLines:
    try:
        return open_oppositions(path, layout, now)
    except OSError as error:
        refuse(f"{path}: {error.strerror}; give the path of an opposition file")
    except LayoutError as error:
        refuse(f"{path}: {error}")


def _registry_and_hasher(house: House) -> tuple[sa.Engine, IdentityHasher]:
    try:
        return house.registry, house.hasher
    except (RegistryError, KeysError, ValueError) as error:
        refuse(str(error))


def _report_refusals(path: Path, refusals: _Seen) -> None:
    for line in refusals.first:
        for fault in line.faults:
            column = f"{fault.column}: " if fault.column else ""
            typer.echo(f"{path.name}: line {line.line_number}: {column}expected {fault.expected}", err=True)
    if refusals.count > len(refusals.first):
        typer.echo(f"{path.name}: {refusals.count - len(refusals.first)} more lines refused", err=True)


def _hint_at_unprobed_leads(house: House) -> bool:
    """Whether there are any: digests in another form than ours are met by leads taken in after them alone."""
    days = list(uncompared_days(house.lake)) if has_hashed_oppositions(house.registry) else []
    if days:
        typer.echo(
            "The registry holds digests that others made, perhaps in other forms than ours. Leads taken in before them "
            "were not compared and are on hold where they are judged again; take them in again (`opposable reconcile`):"
        )
    for vendor, first, last in days:
        typer.echo(f"  {vendor} from {first} to {last}")
    return bool(days)


def _say_imported(what: str, counts: ImportCounts, seen: _Seen) -> None:
    typer.echo(
        f"{what}: {counts.opposition_count} new oppositions, {counts.share_count} shares added, "
        f"{counts.revocation_count} revocations, {counts.known_count} already known, {seen.count} refused"
    )
    typer.echo(f"{what}: {seen.kinds.total()} lines can meet a lead{_listed_counts(seen.kinds)}; {_unmeetable(seen)}")


def _unmeetable(seen: _Seen) -> str:
    return f"{seen.count} can't{_listed_counts(seen.causes)}"


def _listed_counts(counts: Counter[str]) -> str:
    listed = "; ".join(f"{count} {what}" for what, count in sorted(counts.items()))
    return f" ({listed})" if listed else ""
