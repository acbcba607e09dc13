"""Why a step came out as it did: the rules that fired, those that did not, and the refusals."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from schemas.ledger import LedgerRecord

MOST = 24


def reasons(records: Sequence[LedgerRecord]) -> Iterator[str]:
    """Lines that explain the records of a step, the last ones if there are very many."""
    for record in records[-MOST:]:
        who = record.account or "nobody"
        what = "unreadable" if record.cause is None else record.cause.type
        yield f"{who}: {what} was {record.outcome}"
        for refusal in record.refusals:
            part = "" if refusal.rule is None else f" ({refusal.rule})"
            yield f"  refused: {refusal.reason}{part}"
        if record.unreadable is not None:
            yield "  unreadable: " + ", ".join(record.unreadable.values())
        for entry in record.entries:
            yield f"  {entry.kind} {entry.amount} {entry.unit} by {entry.rule}"
        if record.why is not None:
            for fired in record.why.fired:
                figures = ", ".join(f"{key} {value}" for key, value in fired.figures.items())
                yield f"  {fired.rule} fired: {figures}"
            for missed in record.why.missed:
                yield f"  {missed.rule} did not fire: {missed.reason}"
