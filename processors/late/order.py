"""When inputs take their places in an account's history: at their own time, with two exceptions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from processors.decisions.belongings import DECODER as BELONGINGS
from schemas.transfers import CONTENT_DECODER

if TYPE_CHECKING:
    from collections.abc import Iterable

    from schemas.ledger import LedgerRecord

ALONE_AGAIN = {"transfer.unmerge.requested", "transfer.unmerge.moved"}
"""What another account sends to a member who was merged into it, and is not any more."""
TAKEN_OVER = "transfer.merge.moved"
REFER = {
    "commerce.purchase.paid.v1",
    "commerce.purchase.shipped.v1",
    "commerce.purchase.delivered.v1",
    "commerce.purchase.cancelled.v1",
    "commerce.purchase.refunded.v1",
    "commerce.purchase.edited.v1",
    "engagement.review.approved.v1",
    "engagement.review.rejected.v1",
    "engagement.review.removed.v1",
    "engagement.review.edited.v1",
    "loyalty.entitlement.used.v1",
    "loyalty.membership.cancelled.v1",
    "loyalty.membership.lapsed.v1",
    "loyalty.redemption.committed.v1",
    "loyalty.redemption.released.v1",
    "loyalty.redemption.reversed.v1",
}
"""Inputs that bring nothing of their own: they refer to what there is."""


class Order:
    """Told of an account's records in the order of their arrival. Changes in place.

    Who was merged into another meanwhile has had no history of his own: what comes late for then
    is decided right after he stood on his own again. And what refers to something that came with
    a merged member is decided when that was there.
    """

    __slots__ = ("_alone", "_came")

    def __init__(self) -> None:
        self._alone = 0
        self._came: dict[str, int] = {}

    def of(self, time: int, subject: str, kind: str) -> int:
        """When an input that comes now takes its place."""
        return max(time, self._alone, self._came.get(subject, 0) if kind in REFER else 0)

    def note(self, record: LedgerRecord) -> int:
        """When a record takes its place. It may change what those after it are told."""
        cause = record.cause
        assert cause is not None, "history has causes"
        at = self.of(cause.time, cause.subject, cause.type)
        if cause.type in ALONE_AGAIN:
            self._alone = max(self._alone, cause.time)
        elif cause.type == TAKEN_OVER:
            for member in _brought(record):
                self._came[member] = max(cause.time, self._came.get(member, 0))
        return at


def _brought(record: LedgerRecord) -> Iterable[str]:
    """The members whose belongings a record took over."""
    event = record.event
    assert isinstance(event, msgspec.Raw), "a merge has content"
    moved = CONTENT_DECODER.decode(event)
    return (moved.member, *BELONGINGS.decode(moved.content).members)
