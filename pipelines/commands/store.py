"""`opposable store`: the object store that machines share. Every other command, and every run, uses it by itself."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from rich.table import Table

from pipelines.commands.shared import as_text, house_as_it_lies, print_table, refuse
from pipelines.identifiers.errors_without_values import LeftVendors
from pipelines.identifiers.escaped_texts import escaped
from pipelines.object_storage import health
from pipelines.object_storage.bucket import StoreError
from pipelines.object_storage.generations import object_key
from pipelines.object_storage.store import Store
from pipelines.upkeep.faults_of_ours import FAULTS_OF_OURS

app = typer.Typer(no_args_is_help=True)


@app.callback()
def store() -> None:
    """The object store that machines share: pull, push, status, verify, clean."""


@app.command()
def pull() -> None:
    """Bring this machine's copy to what others published, and take over what vendors uploaded.

    Exit status: 0 done, 1 it failed at a vendor, the others are done, 2 a setting is wrong, or the store can't be
    reached.
    """
    found, left = _store_of_settings(), LeftVendors("sharing its folders", FAULTS_OF_OURS)
    typer.echo(f"brought: {_writer_names(found.pull(left))}")
    typer.echo(f"uploads taken over: {_writer_names(found.collect(left))}")
    _tell_left_writers(left)


@app.command()
def push() -> None:
    """Publish what this machine holds and others do not know: all of a home that was never shared, or what was written
    outside of runs.

    Exit status: 0 done, 2 a setting is wrong, or the store can't be reached.
    """
    typer.echo(f"published: {_writer_names(_store_of_settings().push_all())}")


@app.command()
def status() -> None:
    """Show what the store holds of each vendor, who writes there, and what waits.

    Exit status: 0 all is well, 1 uploads are refused or what a vendor sees is not what was published, 2 a setting is
    wrong, or the store can't be reached.
    """
    found = _store_of_settings()
    holdings = health.holdings(found)
    table = Table("writer", "files", "MB", "leases", "written by", "uploads waiting")
    for one in holdings:
        table.add_row(as_text(one.whose), *_figures(one))
    print_table(table)
    refused = [*(key for one in holdings for key in one.waiting.refused), *health.nobodys(found)]
    for key in refused:
        typer.echo(
            f"{escaped(key)}: no folder can hold a file of this name, or the name is kept for our records: it stays "
            "there and is not read; ask the vendor for another name",
            err=True,
        )
    unlike = [key for one in holdings for key in one.unlike_outbox]
    for key in unlike:
        typer.echo(
            f"{escaped(key)}: not as it was published: `opposable store verify --mend`, or nothing of ours", err=True
        )
    if refused or unlike:
        raise typer.Exit(1)


@app.command()
def verify(
    mend: Annotated[bool, typer.Option("--mend", help="Put damaged objects anew from this machine's copy.")] = False,
) -> None:
    """Read every object, and what vendors see, and compare it with the digest that it should have.

    Exit status: 0 all are whole, 1 something is damaged, 2 a setting is wrong, or the store can't be reached.
    """
    found = _store_of_settings()
    left = [words for whose in found.writers() for words in _damages_in_words(found, whose, mend=mend)]
    for words in left:
        typer.echo(words, err=True)
    if left:
        raise typer.Exit(1)
    typer.echo("every object of the store is what was put there")


@app.command()
def clean(
    older_than: Annotated[
        int, typer.Option(min=0, help="Hours for which an object that nothing names is left for readers.")
    ] = int(health.GRACE / timedelta(hours=1)),
) -> None:
    """Remove objects that nothing names: what killed writers left, and what was replaced. `retention` does it, too.

    Exit status: 0 done, 1 it failed at a vendor, the others are done, 2 a setting is wrong, or the store can't be
    reached.
    """
    left = LeftVendors("cleaning its objects", FAULTS_OF_OURS)
    count = health.clean(_store_of_settings(), datetime.now(UTC), left, timedelta(hours=older_than))
    typer.echo(f"objects removed: {count}")
    _tell_left_writers(left)


def _store_of_settings() -> Store:
    found = house_as_it_lies().store
    if found is None:
        refuse("OPPOSABLE_STORE: expected an object store such as s3://bucket/prefix; without one, folders hold all")
    return found


def _tell_left_writers(left: LeftVendors) -> None:
    for words in left.in_words():
        typer.echo(f"left, the others are done: {words}", err=True)
    if left.reasons:
        raise typer.Exit(1)


def _writer_names(found: list[str]) -> str:
    return ", ".join(found) or "nothing"


def _figures(one: health.Holdings) -> tuple[str, ...]:
    size = sum(file.size for file in one.files.values())
    waiting = str(len(one.waiting.uploads))
    return str(len(one.files)), f"{size / 1e6:.1f}", str(one.head.fence), one.head.holder or "nobody", waiting


def _damages_in_words(found: Store, whose: str, *, mend: bool) -> list[str]:
    try:
        damaged = health.damages(found, whose)
    except StoreError as error:
        return [str(error)]
    if mend and damaged:
        typer.echo(f"{whose}: {health.mend(found, whose, damaged)} of {len(damaged)} damaged objects were put anew")
        damaged = health.damages(found, whose)
    unseen = health.unseen(found, whose)
    if mend and unseen and not damaged:
        found.show_anew(whose)
        typer.echo(f"{whose}: its outbox was copied anew")
        unseen = health.unseen(found, whose)
    return [
        *(
            f"{object_key(whose, digest)}: gone, or not what was put there: `--mend` where it lies"
            for digest in damaged
        ),
        *(f"{escaped(key)}: not what was published for the vendor: `--mend`" for key in unseen),
    ]
