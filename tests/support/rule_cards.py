"""Own rule cards for tests: one of grain lead that holds together, with changes."""

from datetime import date
from pathlib import Path
from typing import Any

import yaml

SIMPLE: dict[str, Any] = {
    "id": "own_rule",
    "title": {"fr": "Une règle", "en": "A rule"},
    "fault": {"fr": "Un défaut", "en": "A fault"},
    "grain": "lead",
    "basis": [{"cite": "Contrat"}],
    "in_force": {"from": None, "to": None},
    "severity": "minor",
    "attributable_to": "vendor",
    "pending_on": "vendor",
    "dimension": "quality",
    "pass_when": "not (is_duplicate and not is_delivered_at_assumed)",
    "remedy": {"fr": "Corriger.", "en": "Mend it."},
    "examples": [
        {"why": "good", "given": {"is_duplicate": False}, "expect": "pass"},
        {"why": "bad", "given": {"is_duplicate": True}, "expect": "fail"},
    ],
}
OVERRIDE: dict[str, Any] = {
    "reason": {"fr": "Doublons tolérés cet hiver.", "en": "Duplicates are tolerated this winter."},
    "decided_by": "Inès Laurent",
    "decided_on": date(2026, 9, 1),
}


def write_card(folder: Path, rule_id: str = "own_rule", **changes: Any) -> Path:
    """An own card: the simple one with changes; a change to `...` leaves the key out."""
    card = {**SIMPLE, "id": rule_id, **changes}
    path = folder / f"{rule_id}.yaml"
    path.write_text(yaml.safe_dump({key: value for key, value in card.items() if value is not ...}, sort_keys=False))
    return path
