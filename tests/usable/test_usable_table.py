"""The table of usable leads: one file, the same bytes for the same inputs, and told stale once more is known."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from assets.usable_leads import usable_leads, usable_leads_are_current
from pipelines.house import House
from pipelines.orchestration.jobs import AS_OF_TAG
from pipelines.usable.today import look
from pipelines.usable.usable_table import TABLE, publish_usable, turned_unusable, why_stale
from pipelines.vocabulary.table_models import model_of
from tests.support.clean_market import VENDOR
from tests.support.usable_market import OTHER, oppose, write_usable_market

NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def house(tmp_path: Path) -> House:
    return write_usable_market(tmp_path, NOW)


def published(house: House, at: datetime) -> tuple[bytes, pa.Table]:
    today = look(house, at)
    path = publish_usable(house, [today.uses(vendor) for vendor in reversed(today.vendors())], at)
    return path.read_bytes(), pq.ParquetFile(path).read()


def test_the_table_is_its_model_sorted_the_same_bytes_and_stale_once_somebody_objects(house: House) -> None:
    first, rows = published(house, NOW)
    assert published(house, NOW)[0] == first
    model_of(TABLE).validate(rows.to_pandas(types_mapper=pd.ArrowDtype))
    keys = [tuple(row.values()) for row in rows.select(["vendor", "delivery_date", "lead_id", "channel"]).to_pylist()]
    assert keys == sorted(keys)
    assert {(row["lead_id"], row["channel"]) for row in rows.to_pylist() if row["verdict"] == "usable"} == {
        *(("L-1", "phone"), ("L-2", "phone"), ("L-7", "phone")),
        *((lead_id, "email") for lead_id in ("L-1", "L-2", "L-4", "L-7")),
    }
    assert all(bool(row["reasons"]) == (row["verdict"] != "usable") for row in rows.to_pylist())
    assert why_stale(house, NOW) == []
    oppose(house, house.settings.home, "+33612000002,phone,all", NOW + timedelta(seconds=1))
    (told,) = why_stale(house, NOW)
    assert "not published yet" in told
    look(house, NOW)  # refreshes the snapshot
    assert [words.split()[0] for words in why_stale(house, NOW + timedelta(seconds=2))] == ["it", "oppositions"]
    latest, _ = published(house, NOW + timedelta(seconds=2))
    assert why_stale(house, NOW + timedelta(seconds=2)) == []
    assert publish_usable(house, [], NOW).read_bytes() == latest  # what was judged before is no news


def test_what_turned_unusable_is_counted_by_rule(house: House) -> None:
    today = look(house, NOW)
    count, rules = turned_unusable(house.lake, VENDOR, today.uses(VENDOR))
    # 4 by phone; 5 on both channels; 6, who withdrew the day after the delivery, on both
    assert (count, dict(rules)) == (5, {"opp_vendor_redelivery": 3, "consent_withdrawn": 2})


def test_nothing_is_listed_of_a_vendor_whose_contract_can_not_be_read_and_the_others_are(house: House) -> None:
    (house.settings.contracts / OTHER / "2026-01-01.odcs.yaml").write_text("schema: [", encoding="utf-8")
    with dg.DagsterInstance.ephemeral() as instance:
        result = dg.materialize(
            [usable_leads],
            instance=instance,
            resources={"house": house},
            tags={AS_OF_TAG: NOW.isoformat()},
            raise_on_error=False,
            selection=["usable_leads"],
        )
        assert result.success
        (event,) = result.get_asset_materialization_events()
    metadata = {name: value.value for name, value in event.materialization.metadata.items()}
    assert (metadata["phone, usable"], metadata["email, usable"], metadata["turned unusable since delivery"]) == (
        3,
        4,
        5,
    )
    assert set(pq.ParquetFile(house.lake.whole_file(TABLE)).read()["vendor"].to_pylist()) == {VENDOR}
    check = usable_leads_are_current(house)
    assert isinstance(check, dg.AssetCheckResult)
    assert check.passed
