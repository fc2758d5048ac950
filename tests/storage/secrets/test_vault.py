"""The vault: identifiers encrypted, replaced day by day, readable with any of the house's keys, gone when purged."""

import stat
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from pipelines.storage.secrets.age import BrokenSealError, encrypt, identity_of
from pipelines.storage.secrets.keys import KeyMissingError, make_age_identity
from pipelines.storage.secrets.vault import IDENTIFIERS, Vault, VaultError

DAY = date(2026, 8, 11)
MARK = "canary.dupont"


def people(*numbers: int) -> pa.Table:
    rows = [
        {
            "lead_id": f"L{number}",
            "email": f"{MARK}{number}@example.org",
            "phone": None,
            "first_name": f"{MARK}",
            "last_name": None,
            "file_digest": "d" * 64,
            "row_number": number,
        }
        for number in numbers
    ]
    return pa.Table.from_pylist(rows, schema=IDENTIFIERS)


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path / "vault", tmp_path / "keys")


def again(vault: Vault) -> Vault:
    """As another process opens it."""
    return Vault(vault.root, vault.keys)


def test_what_was_added_is_there_once_it_is_published_and_not_before(vault: Vault) -> None:
    vault.add("acme", DAY, people(1, 2))
    vault.add("acme", DAY, people(3))
    assert vault.read("acme", DAY).num_rows == 0
    assert vault.days("acme") == []
    vault.publish("acme", DAY)
    assert again(vault).read("acme", DAY).equals(people(1, 2, 3))
    assert (again(vault).days("acme"), again(vault).vendors()) == ([DAY], ["acme"])


def test_the_columns_may_come_in_any_order(vault: Vault) -> None:
    vault.add("acme", DAY, people(1).select(IDENTIFIERS.names[::-1]))
    vault.publish("acme", DAY)
    assert vault.read("acme", DAY).equals(people(1))


def test_a_day_is_replaced_whole_and_goes_when_nothing_was_added(vault: Vault) -> None:
    for numbers in ((1, 2), (3,)):
        vault.add("acme", DAY, people(*numbers))
        vault.publish("acme", DAY)
    assert vault.read("acme", DAY).equals(people(3))
    vault.add("acme", DAY, people())
    vault.publish("acme", DAY)
    assert vault.read("acme", DAY).num_rows == 0
    assert list(vault.root.rglob("*.age")) == []


@pytest.mark.fault(
    area="keys",
    fault="A run is killed while it writes to the vault",
    promise="Its half-written rows are never mixed with those of the next run.",
)
def test_what_a_killed_run_had_written_is_not_mixed_with_the_next_ones(vault: Vault) -> None:
    vault.add("acme", DAY, people(1))
    next_run = again(vault)
    next_run.add("acme", DAY, people(2))
    next_run.publish("acme", DAY)
    assert vault.read("acme", DAY).equals(people(2))
    again(vault).add("acme", DAY, people(4))
    again(vault).publish("acme", DAY)  # added nothing itself
    assert vault.read("acme", DAY).num_rows == 0
    assert list(vault.root.rglob("*.age")) == []


@pytest.mark.fault(area="keys", fault="A disk with the vault is stolen", promise="No clear value is on it.")
def test_nothing_clear_is_on_the_disk_and_only_the_owner_may_read(vault: Vault) -> None:
    vault.add("acme", DAY, people(*range(1, 200)))
    vault.publish("acme", DAY)
    files = [path for path in vault.root.rglob("*") if path.is_file()]
    assert [path.relative_to(vault.root).as_posix() for path in files] == [
        "vendor=acme/delivery_date=2026-08-11/part-0.parquet.age"
    ]
    assert all(MARK.encode() not in path.read_bytes() and b"PAR1" not in path.read_bytes() for path in files)
    assert stat.S_IMODE(files[0].stat().st_mode) == 0o600


def test_parts_are_read_in_the_order_in_which_they_were_added(vault: Vault) -> None:
    for number in range(1, 13):
        vault.add("acme", DAY, people(number))
    vault.publish("acme", DAY)
    assert vault.read("acme", DAY).equals(people(*range(1, 13)))


def test_the_newest_key_encrypts_and_older_ones_still_decrypt(vault: Vault) -> None:
    vault.add("acme", DAY, people(1))
    vault.publish("acme", DAY)
    make_age_identity(vault.keys, "vault", 2)
    later = again(vault)
    later.add("acme", date(2026, 8, 12), people(2))
    later.publish("acme", date(2026, 8, 12))
    assert again(vault).read("acme", DAY).equals(people(1))
    (vault.keys / "vault-1.key").unlink()
    assert again(vault).read("acme", date(2026, 8, 12)).equals(people(2))
    with pytest.raises(BrokenSealError, match=r"part-0\.parquet\.age can't be decrypted"):
        again(vault).read("acme", DAY)


def test_a_lost_key_is_not_replaced_while_there_is_something_to_decrypt(vault: Vault) -> None:
    vault.add("acme", DAY, people(1))
    vault.publish("acme", DAY)
    (vault.keys / "vault-1.key").unlink()
    with pytest.raises(KeyMissingError, match=r"vault-1\.key is missing"):
        again(vault).add("acme", DAY, people(2))


def test_one_lead_is_found_and_a_purged_day_is_gone(vault: Vault) -> None:
    vault.add("acme", DAY, people(1, 2))
    vault.publish("acme", DAY)
    assert vault.read_lead("acme", DAY, "L2").equals(people(2))
    assert vault.read_lead("acme", DAY, "L9").num_rows == 0
    vault.purge("acme", DAY)
    vault.purge("acme", DAY)
    assert vault.days("acme") == []


def test_a_vault_that_cannot_be_written_names_place_and_reason(vault: Vault) -> None:
    vault.root.write_bytes(b"no folder")
    with pytest.raises(VaultError, match=f"the vault {vault.root} can't be written: .*OPPOSABLE_VAULT"):
        vault.add("acme", DAY, people(1))


def test_a_part_that_holds_no_table_is_named(vault: Vault) -> None:
    vault.add("acme", DAY, people(1))
    vault.publish("acme", DAY)
    (part,) = vault.parts("acme", DAY)
    key = identity_of((vault.keys / "vault-1.key").read_text())
    assert key is not None
    part.write_bytes(encrypt(b"no table", key))
    with pytest.raises(VaultError, match=r"part-0\.parquet\.age holds no table of identifiers: restore it"):
        vault.read("acme", DAY)
