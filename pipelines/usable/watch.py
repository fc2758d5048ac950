"""What changed of vendors and rules since the last look: before every answer where it is cheap, else once a second."""

from collections.abc import Mapping
from time import monotonic
from typing import Final, NamedTuple

from pipelines.candidates.decisions import latest_decision_id, vendors_decided_since
from pipelines.house import House
from pipelines.usable.signs import quick_signs, signs_of_contracts, signs_of_rules, signs_of_vendor

LOOK_SECONDS: Final = 1.0
"""How often contracts, rules and the registry are looked at; what was published or decided, before every answer."""


class Changes(NamedTuple):
    """Whom it concerns."""

    vendors: frozenset[str] = frozenset()
    are_rules: bool = False


class ChangeWatch:
    """Remembers what it saw. Made before what is watched is judged, so that no change falls between."""

    def __init__(self, house: House) -> None:
        """Look for the first time."""
        vendors = house.vault.vendors()
        self._decision_id = latest_decision_id(house.registry)
        self._quick = quick_signs(house, vendors)
        self._rules, self._contracts = signs_of_rules(house), signs_of_contracts(house)
        self._vendors = {vendor: signs_of_vendor(house, vendor) for vendor in vendors}
        self._looked_at = float("-inf")

    def changes(self, house: House, decision_id: int) -> Changes:
        """What changed since it was asked last. `decision_id`: of the youngest decision about a vendor."""
        decided = self._decided(house, decision_id)
        quick = quick_signs(house, self._vendors)
        if quick == self._quick and not self._is_due:
            return Changes(decided)
        rules, contracts = self._rules, self._contracts
        self._looked_at = monotonic()
        self._rules, self._contracts = signs_of_rules(house), signs_of_contracts(house)
        agreed = _differing(contracts, self._contracts)
        return Changes(decided | agreed | self._published(house, quick), rules != self._rules)

    @property
    def _is_due(self) -> bool:
        """Whether the next look is at everything."""
        return monotonic() - self._looked_at >= LOOK_SECONDS

    def _decided(self, house: House, decision_id: int) -> frozenset[str]:
        if decision_id == self._decision_id:
            return frozenset()
        before, self._decision_id = self._decision_id, decision_id
        return frozenset(vendors_decided_since(house.registry, before))

    def _published(self, house: House, quick: Mapping[str, tuple[int, int]]) -> frozenset[str]:
        """Vendors of whom something came or went, among them those that are new."""
        vendors = house.vault.vendors()
        still = [vendor for vendor in vendors if quick.get(vendor, ()) == self._quick.get(vendor)]
        before = self._vendors
        self._quick = quick_signs(house, set(vendors) - quick.keys()) | {
            vendor: sign for vendor, sign in quick.items() if vendor in vendors
        }
        self._vendors = {
            vendor: before[vendor] if vendor in still else signs_of_vendor(house, vendor) for vendor in vendors
        }
        return _differing(before, self._vendors)


def _differing(before: Mapping[str, str], now: Mapping[str, str]) -> frozenset[str]:
    return frozenset(key for key in before.keys() | now.keys() if before.get(key) != now.get(key))
