"""SHA-256 and HMAC-SHA-256 of long columns, by DataFusion: native, and without holding the interpreter.

What is hashed, and why, belongs to `keyed_hashes`, which imports this only once a column is worth it. A secret is a
column beside the values, never a part of a statement: no plan and no message could quote it.
"""

from logging import WARNING, getLogger
from typing import Final

import pyarrow as pa
from datafusion import SessionConfig, SessionContext

from pipelines.identifiers.errors_without_values import errors_without_values

_BATCH_ROWS: Final = 8_192
_DIGESTS: Final = "select encode(sha256(value), 'hex') as hashed from given"
_HMACS: Final = (
    "select left(encode(sha256(outer_pad || sha256(inner_pad || value)), 'hex'), {digits}) as hashed from given"
)
"""RFC 2104, as a function of the secret's two padded blocks. https://www.rfc-editor.org/rfc/rfc2104"""

for _noisy in ("datafusion", "datafusion_datasource", "datafusion_optimizer", "sqlparser"):
    getLogger(_noisy).setLevel(WARNING)  # at DEBUG it tells of each of its three hundred functions at each call


def hex_digests(values: pa.Array) -> pa.Array:
    """SHA-256 of binary values, none of them NULL, as lower-case hex, in their order.

    Raises:
        IntakeFaultError: DataFusion failed; no value is quoted.
    """
    return _hashed_in_order(_DIGESTS, pa.table({"value": values}))


def hex_hmacs(values: pa.Array, inner_pad: bytes, outer_pad: bytes, digits: int) -> pa.Array:
    """The first digits of HMAC-SHA-256 of binary values, none of them NULL, as lower-case hex, in their order.

    `inner_pad`, `outer_pad`: the secret, filled up to a block of 64 bytes, xor 0x36 and 0x5c.

    Raises:
        IntakeFaultError: DataFusion failed; neither a value nor a pad is quoted.
    """
    inner_pads, outer_pads = (_repeated(pad, len(values)) for pad in (inner_pad, outer_pad))
    given = pa.table({"value": values, "inner_pad": inner_pads, "outer_pad": outer_pads})
    return _hashed_in_order(_HMACS.format(digits=digits), given)


def _repeated(pad: bytes, count: int) -> pa.ChunkedArray:
    """A pad for each row; all chunks are of one and the same memory."""
    batch = pa.repeat(pa.scalar(pad, pa.binary()), min(count, _BATCH_ROWS))
    chunks = [batch.slice(0, count - start) for start in range(0, count, _BATCH_ROWS)]
    return pa.chunked_array(chunks, pa.binary())


def _hashed_in_order(statement: str, given: pa.Table) -> pa.Array:
    """One partition keeps the order of rows, and leaves it to our threads to share the cores; a context of its own
    lets each thread ask without minding the others."""
    with errors_without_values("hashing a column"):
        context = SessionContext(SessionConfig().with_target_partitions(1).with_batch_size(_BATCH_ROWS))
        context.register_record_batches("given", [given.to_batches(_BATCH_ROWS)])
        batches = context.sql(statement).collect()
        return pa.concat_arrays([batch["hashed"].cast(pa.string()) for batch in batches])
