"""The whole book, unit by unit: what was issued, and where it is now."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from schemas.ledger import Bucket, Entry, LedgerRecord

View = dict[str, dict["Bucket", int]]
"""Smallest steps by unit and bucket; the issuer's is negative by all that it has given."""


def fold(view: View, record: LedgerRecord) -> tuple[View, tuple[()]]:
    """Take the view over, and move the points of the record's entries."""
    for entry in record.entries:
        post(view, entry)
    return view, ()


def post(view: View, entry: Entry) -> None:
    """Move the points of one entry."""
    buckets = view.get(entry.unit)
    if buckets is None:
        buckets = view[entry.unit] = {}
    for leg in entry.legs:
        buckets[leg.source] = buckets.get(leg.source, 0) - leg.amount
        buckets[leg.target] = buckets.get(leg.target, 0) + leg.amount


def summed(views: list[View]) -> View:
    """The book of several partitions together."""
    whole: View = {}
    for view in views:
        for unit, buckets in view.items():
            held = whole.setdefault(unit, {})
            for bucket, amount in buckets.items():
                held[bucket] = held.get(bucket, 0) + amount
    return whole
