"""Two vendors that sold the same persons, a week ago: who may be called of them, and who may not."""

import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from pipelines.house import House
from tests.support.clean_market import VENDOR, CleanMarket, lead, proof
from tests.support.houses import import_oppositions, reconcile

OTHER = "double"
"""The second vendor: the same files, an hour earlier."""
FORMULA = "=1+1"


def write_usable_market(home: Path, now: datetime) -> House:
    """1 and 2 may be called; 3 has no proof; 4 objected yesterday to calls, 5 to all; 6 withdrew; 7 is 1 once more."""
    day = now.date() - timedelta(days=7)
    market = CleanMarket(home)
    leads = [lead(number, day, first_name=FORMULA if number == 2 else "Adelheidine") for number in range(1, 7)]
    again = lead(1, day, lead_id="L-7", first_name="Adelheidine")
    withdrawn = {"withdrawn_at": f"{day + timedelta(days=1)}T08:00:00+02:00"}
    proofs = [proof(number, day, **(withdrawn if number == 6 else {})) for number in (1, 2, 4, 5, 6)]
    at = datetime(day.year, day.month, day.day, 8, tzinfo=UTC)
    market.deliver([*leads, again], "leads.csv", day, at=at)
    market.deliver(proofs, "proofs.csv", day, at=at + timedelta(days=2))
    _sell_again(home, day, at - timedelta(hours=1))
    house = market.house
    reconcile(house, [VENDOR, OTHER], [day], now - timedelta(hours=1))
    objected = now - timedelta(days=1)
    oppose(house, home, "+33612000004,phone,phone", objected)
    oppose(house, home, "personne5@mail.example,email,all", objected)
    oppose(house, home, "+33699999999,phone,all", objected)
    return house


def oppose(house: House, folder: Path, who: str, at: datetime) -> None:
    """Import an opposition, recorded when it was said: `identifier,kind,channel`."""
    path = folder / "said.csv"
    moment = at.strftime("%Y-%m-%dT%H:%M:%SZ")
    path.write_text(f"identifier,kind,channel,opposed_at,recorded_at,origin\n{who},{moment},{moment},web\n")
    import_oppositions([path], house)
    path.unlink()


def _sell_again(home: Path, day: date, at: datetime) -> None:
    for place in ("contracts", "inbox"):
        shutil.copytree(home / place / VENDOR, home / place / OTHER)
    record = home / "inbox" / OTHER / day.isoformat() / ".received.json"
    record.write_text(record.read_text().replace((at + timedelta(hours=1)).isoformat(), at.isoformat()))
