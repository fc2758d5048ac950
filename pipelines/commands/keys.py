"""`opposable keys`: the secrets under which identifiers are keyed, looked at, checked and changed."""

from collections.abc import Callable
from datetime import UTC, datetime

import sqlalchemy as sa
import typer
from rich.table import Table

from pipelines.commands.shared import house_of_settings, print_table, refuse
from pipelines.house import House
from pipelines.oppositions.records import oppositions_by_key_id
from pipelines.oppositions.snapshot import confirm_registry
from pipelines.storage.registry.database import RegistryError
from pipelines.storage.secrets.identity_keys import IdentityKey, identity_keys, left_behind, read_secrets, unfinished
from pipelines.storage.secrets.keys import SEAL, VAULT, KeysError, age_key_files
from pipelines.upkeep.rotation import Wrapped, rotate, wrap

app = typer.Typer(no_args_is_help=True)


@app.callback()
def keys() -> None:
    """The secrets of the house: identity keys, the vault's and the seals' keys."""


@app.command("list")
def list_() -> None:
    """Every key: its id, since when, and what uses it. No secret is shown.

    Exit status: 0 done, 2 a setting is wrong.
    """
    house = house_of_settings()
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for heading in ("key", "since", "used by"):
        table.add_column(heading)
    chain, users = _noted_and_kept_keys(house)
    for key in chain:
        table.add_row(key.key_id, f"{key.made_at:%Y-%m-%d %H:%M} UTC", _users(key, chain, users))
    for name, what in ((VAULT, "the vault"), (SEAL, "sealed files")):
        for place, path in enumerate(age_key_files(house.settings.keys, name)):
            made_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
            since = f"{made_at:%Y-%m-%d %H:%M} UTC"
            table.add_row(path.stem, since, f"{what}, {'to encrypt and decrypt' if place == 0 else 'to decrypt'}")
    print_table(table)


@app.command("check")
def check() -> None:
    """Whether registry and secrets are those of what is stored, and everything stored is under the newest.

    Exit status: 0 all is well, 1 something is not, 2 a setting is wrong.
    """
    house = house_of_settings()
    faults = _key_faults(house)
    for fault in faults:
        typer.echo(fault, err=True)
    if faults:
        raise typer.Exit(1)
    typer.echo("the secrets are the right ones, and everything stored is under the newest")


@app.command("rotate")
def rotate_() -> None:
    """Make a new identity secret, and bring registry and lake under it; goes on with a rotation that was stopped.

    Keys are wrapped, not made anew: past secrets stay in the folder of keys, and have to. While it lasts, runs refuse
    to start. Exit status: 0 done, 2 a secret or a setting is wrong.
    """
    house = house_of_settings()
    now = datetime.now(UTC)
    try:
        done = rotate(house.registry, house.lake, house.settings.keys, has_keyed_data=house.has_keyed_data, now=now)
    except (RegistryError, KeysError, ValueError) as error:
        refuse(str(error))
    _say_wrapped(done)
    typer.echo(f"back up {house.settings.keys / done.key_id}.key now: without it nothing can be compared any more")


@app.command("wrap")
def wrap_() -> None:
    """Bring what was left behind under the newest identity secret, after a kill or a restored backup.

    Exit status: 0 done, 2 a secret or a setting is wrong.
    """
    house = house_of_settings()
    try:
        done = wrap(house.registry, house.lake, house.settings.keys, now=datetime.now(UTC))
    except (RegistryError, KeysError, ValueError) as error:
        refuse(str(error))
    _say_wrapped(done)


def _say_wrapped(done: Wrapped) -> None:
    typer.echo(
        f"{done.key_id or 'nothing'} keys everything now: {done.partition_count} partitions of the lake and "
        f"{done.opposition_count} rows of the registry were wrapped"
    )


def _noted_and_kept_keys(house: House) -> tuple[list[IdentityKey], dict[str, int]]:
    try:
        return identity_keys(house.registry), oppositions_by_key_id(house.registry)
    except (RegistryError, sa.exc.DBAPIError) as error:
        refuse(str(error))


def _users(key: IdentityKey, chain: list[IdentityKey], users: dict[str, int]) -> str:
    if key.wrapped_at is None:
        return "a rotation that is not finished: run `opposable keys rotate`"
    count = users.get(key.key_id, 0)
    newest = f"the lake, the snapshot and {count} rows of the registry"
    return newest if key is chain[-1] else "the chain: every new identifier goes through it"


def _key_faults(house: House) -> list[str]:
    chain, users = _noted_and_kept_keys(house)
    asked = (
        lambda: confirm_registry(house.registry, house.lake),
        house.vault.confirm_keys,
        lambda: house.seals.confirm_keys(),
    )
    return [*(fault for confirm in asked for fault in _fault_of(confirm)), *_chain_faults(house, chain, users)]


def _fault_of(confirm: Callable[[], None]) -> list[str]:
    try:
        confirm()
    except (RegistryError, KeysError, ValueError) as error:
        return [str(error)]
    return []


def _chain_faults(house: House, chain: list[IdentityKey], users: dict[str, int]) -> list[str]:
    if not chain:
        return []
    try:
        read_secrets(house.settings.keys, chain)
    except (KeysError, ValueError) as error:
        return [str(error)]
    if chain[-1].wrapped_at is None:
        return [unfinished(chain[-1])]
    newest = chain[-1].key_id
    remedy = "run `opposable keys wrap`"
    strays = {vendor: left_behind(house.lake, vendor, newest) for vendor in house.lake.vendors()}
    faults = [f"{vendor}: {len(days)} days are not under {newest}: {remedy}" for vendor, days in strays.items() if days]
    others = sum(count for name, count in users.items() if name != newest)
    return faults + ([f"registry: {others} rows are not under {newest}: {remedy}"] if others else [])
