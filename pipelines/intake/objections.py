"""What can be told of a NO in a proof row that can't be accepted: a person who refused is not called for a bad cell.

A refusal or withdrawal whose row is rejected still holds the lead uses of whomever the row names. What accepted rows
say of refusals and withdrawals is in the proofs themselves.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.arrays.values import TEXT_LIST, Truth
from pipelines.intake.fields import Fields
from pipelines.intake.refusals import PLACE

_NAMING: Final = ("consent_id", "lead_id", "email", "phone", "email_sha256", "phone_sha256")
"""What may say whom a row concerns."""


def unread_objections(fields: Fields, columns: Mapping[str, pa.Array], is_rejected: Truth) -> pa.Table:
    """Of the rejected proof rows, those that are or may be a refusal or withdrawal, with whatever names the person.

    Columns: `is_refusal` and `is_withdrawal` (NULL: perhaps), `channels` (NULL: any), `objected_at` (NULL: any time),
    references, identifiers, place. `columns` are the typed columns of all rows, searched for identifiers already.
    """
    is_refusal, is_withdrawal = _refusals(fields), _withdrawals(fields)
    is_no = pc.and_(pa.array(is_rejected), pc.or_(_perhaps(is_refusal), _perhaps(is_withdrawal)))
    rows = pa.table(
        {
            "is_refusal": is_refusal,
            "is_withdrawal": is_withdrawal,
            "channels": _any_where_empty(columns["channels"]),
            "objected_at": _objected_at(columns, is_refusal, is_withdrawal),
            **{name: columns[name] for name in _NAMING},
            **{name: getattr(fields.rows, f"{name}s") for name in PLACE},
        }
    )
    return rows.filter(is_no)


def _perhaps(truth: pa.Array) -> pa.Array:
    return pc.fill_null(truth, True)


def _refusals(fields: Fields) -> pa.Array:
    """Whether each row refuses: NULL where no decision can be read, false where only given consents are delivered."""
    if "decision" not in fields:
        return pa.repeat(pa.scalar(False), fields.rows.count)
    is_refusal = pc.equal(fields.values("decision"), "refused")
    if not fields.rows.contract.is_only_given_consents:
        return is_refusal
    return pc.if_else(pa.array(fields["decision"].is_missing), False, is_refusal)


def _withdrawals(fields: Fields) -> pa.Array:
    """Whether each row withdraws: NULL where something stands there that can't be read."""
    if "withdrawn_at" not in fields:
        return pa.repeat(pa.scalar(False), fields.rows.count)
    reading = fields["withdrawn_at"]
    return pc.if_else(pa.array(reading.is_bad), pa.scalar(None, pa.bool_()), pc.is_valid(reading.values))


def _any_where_empty(channels: pa.Array) -> pa.Array:
    """A NO that names no channel is a NO to any."""
    is_empty = np.asarray(pc.fill_null(pc.equal(pc.list_value_length(channels), 0), True))
    return pc.if_else(pa.array(is_empty), pa.scalar(None, TEXT_LIST), channels)


def _objected_at(columns: Mapping[str, pa.Array], is_refusal: pa.Array, is_withdrawal: pa.Array) -> pa.Array:
    """When a row that can but refuse, or can but withdraw, did; NULL where it may be either, or nobody knows."""
    is_plain_refusal = pc.invert(_perhaps(is_withdrawal))
    is_plain_withdrawal = pc.invert(_perhaps(is_refusal))
    refused = pc.if_else(is_plain_refusal, columns["consent_at"], pa.scalar(None, pa.timestamp("us")))
    return pc.if_else(is_plain_withdrawal, columns["withdrawn_at"], refused)
