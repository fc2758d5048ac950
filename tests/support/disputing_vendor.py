"""A vendor that answers: a clean market with defects, its receipts, and files of answers with their evidence."""

import csv
import io
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipelines.disputes.answers import TakenAnswers
from pipelines.disputes.replies import reply_name, write_replies
from pipelines.vocabulary.clock import paris_date
from tests.support.clean_market import MONDAY, VENDOR, CleanMarket

NOW = datetime(2026, 9, 25, 8, tzinfo=UTC)
NOT_PROVEN = "proof_individual_record"
COLUMNS = ("delivery_date", "lead_id", "channel", "rule", "statement", "evidence")


def answer(number: int, **changes: str) -> dict[str, str]:
    """A dispute of a missing proof."""
    return {
        "delivery_date": MONDAY.isoformat(),
        "lead_id": f"L-{number}",
        "rule": NOT_PROVEN,
        "statement": f"La preuve C-{number} a été remise.",
        **changes,
    }


@dataclass
class DisputingVendor:
    """Its folder of answers."""

    market: CleanMarket

    @property
    def folder(self) -> Path:
        return self.market.home / "inbox" / VENDOR / "disputes"

    def put(self, name: str, content: bytes) -> Path:
        """A file, unchanged for a while."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / name
        path.write_bytes(content)
        long_ago = (NOW - timedelta(hours=1)).timestamp()
        os.utime(path, (long_ago, long_ago))
        return path

    def answers(self, rows: Sequence[Mapping[str, str]], name: str = "disputes.csv") -> Path:
        buffer = io.StringIO(newline="")
        writer = csv.DictWriter(buffer, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
        return self.put(name, buffer.getvalue().encode())

    def taken(self, now: datetime = NOW) -> TakenAnswers:
        house = self.market.house
        with house.lake.writing(VENDOR):
            taken = house.answers.take_in(VENDOR, house.contracts().of(VENDOR), now=now)
            write_replies(house.registry, house.outbox, VENDOR, now=now, also=taken.digests)
        return taken

    def reply(self, taken: TakenAnswers) -> list[dict[str, str]]:
        """What the vendor reads of the one file that was taken in."""
        [file] = taken.files
        path = self.market.home / "outbox" / VENDOR / paris_date(file.received_at).isoformat() / reply_name(file)
        return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
