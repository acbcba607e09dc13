"""From stored bytes back to the data of an input or a transfer, by its type."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from schemas import transfers
from schemas.inputs import INPUTS

if TYPE_CHECKING:
    from collections.abc import Callable

TRANSFER_DATA: dict[str, type[msgspec.Struct]] = {
    "transfer.alias.claimed": transfers.AliasClaim,
    "transfer.alias.granted": transfers.AliasClaim,
    "transfer.alias.refused": transfers.AliasClaim,
    "transfer.alias.moved": transfers.AliasClaim,
    "transfer.alias.released": transfers.AliasClaim,
    "transfer.erase.requested": transfers.MergeRequest,
    "transfer.referral.qualified": transfers.ReferralFact,
    "transfer.referral.cancelled": transfers.ReferralFact,
    "transfer.recognition.moved": transfers.Move,
    "transfer.move.returned": transfers.Move,
    "transfer.pool.claimed": transfers.PoolClaim,
    "transfer.pool.granted": transfers.PoolClaim,
    "transfer.pool.returned": transfers.PoolClaim,
    "transfer.merge.requested": transfers.MergeRequest,
    "transfer.merge.moved": transfers.MergeContent,
    "transfer.unmerge.requested": transfers.MergeRequest,
    "transfer.unmerge.moved": transfers.MergeContent,
}

DECODERS: dict[str, Callable[[bytes], object]] = {
    **{name: row.model.model_validate_json for name, row in INPUTS.items()},
    **{name: msgspec.json.Decoder(kind).decode for name, kind in TRANSFER_DATA.items()},
}


def decode_data(kind: str, data: bytes) -> object:
    """The data of a stored input: its model. Raises KeyError for a type that no book holds."""
    return DECODERS[kind](data)
