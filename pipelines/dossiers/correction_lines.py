"""What a dossier says of corrections: how many, why, at whose account. They are made in `comparisons.corrections`."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from pipelines.engines.interface import Session
from pipelines.vocabulary.clock import paris_date
from pipelines.vocabulary.words import ATTRIBUTIONS, CORRECTION_CAUSES

_CORRECTIONS: Final = """
    with lines as (
        select
            cause, attributable_to, count(*) as uses_count,
            count(*) filter (to_verdict is distinct from from_verdict) as flips_count, max(known_at) as last_at
        from corrections
        group by cause, attributable_to
    )

    select * from lines order by uses_count desc, cause, attributable_to
"""


@dataclass(frozen=True)
class CorrectionLine:
    """What became known after verdicts were final, of one cause and at one party's account."""

    cause: str
    attributable_to: str
    uses_count: int
    flips_count: int
    """Those whose verdict is another; of the others the vendor's account alone changed."""
    last_on: date
    """When the last of them was found."""

    def __post_init__(self) -> None:
        if self.cause not in CORRECTION_CAUSES or self.attributable_to not in ATTRIBUTIONS:
            raise ValueError("correction: expected a cause and an attribution of the vocabulary")


def correction_lines(session: Session) -> tuple[CorrectionLine, ...]:
    """The session's table `corrections`, counted by cause and account, the most first."""
    rows = session.fetch(_CORRECTIONS).to_pylist()
    return tuple(
        CorrectionLine(
            row["cause"], row["attributable_to"], row["uses_count"], row["flips_count"], paris_date(row["last_at"])
        )
        for row in rows
    )
