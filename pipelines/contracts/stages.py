"""From candidate over pilot to live: whether the leads of a delivery may be used at all.

The stage stands in contracts, which are dated by their validity; who decided that a vendor goes live, and why, in the
registry (`candidates.decisions`). A vendor whose contracts name no stage, and of whom nothing was decided, never was a
candidate, and is live.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from pipelines.contracts.contract import Contract, GoLiveDecision

CANDIDATE: Final = "candidate"
LIVE: Final = "live"
_NEVER_AGREED: Final = frozenset({"draft", "proposed"})


def with_stages(contracts: Iterable[Contract]) -> tuple[Contract, ...]:
    """A vendor's contracts in order of `valid_from`: one that names no stage goes on in that of the one before.

    Leaving the line out is no way past the go-live, nor is retiring the contract that has it; a draft agrees nothing.
    """
    found: list[Contract] = []
    stage: str | None = None
    for contract in sorted(contracts, key=lambda one: one.valid_from):
        staged = replace(contract, stage=contract.stage or stage)
        found.append(staged)
        stage = stage if staged.status in _NEVER_AGREED else staged.stage
    return tuple(found)


def with_go_live(contracts: Iterable[Contract], decisions: Sequence[GoLiveDecision]) -> tuple[Contract, ...]:
    """A vendor's contracts with what was decided of it, in order.

    Of whom anything was decided was a candidate, and is one wherever its contracts name no stage.
    """
    unnamed = CANDIDATE if decisions else None
    return tuple(replace(contract, stage=contract.stage or unnamed, go_live=tuple(decisions)) for contract in contracts)


def may_be_used(contract: Contract, delivered_on: date) -> bool | None:
    """Whether leads of a delivery date may be used, as far as the stage of the vendor goes.

    Returns:
        True: the vendor is live, or never was a candidate. None: nobody has decided, or its contract is still one of a
        candidate or pilot. False: it was refused.
    """
    if contract.stage is None and not contract.go_live:
        return True
    decided = [decision for decision in contract.go_live if decision.on <= delivered_on]
    if decided and not decided[-1].is_open:
        return False
    return True if decided and contract.stage == LIVE else None


def is_live(contract: Contract | None, delivered_on: date) -> bool:
    """Whether a delivery counts: for scores, for claims. One without a contract is no pilot."""
    return contract is None or may_be_used(contract, delivered_on) is True
