"""What became of a story's inputs: by the topics, and by the model."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from schemas.ledger import LedgerRecord
    from tests.model.book import Book
    from tests.story.story import Story
    from tests.story.telling import Raw

Change = tuple[bytes | None, bytes | None, "Sequence[tuple[str, bytes]]"]
SETTLED = "settled/"
"""The rule of a refusal that came at the settlement of what had been parked."""


def event_id(raw: Raw) -> str:
    """The id of a readable event; one source has sent all that the model knows."""
    headers = dict(raw.headers)
    if "ce_id" in headers:
        return headers["ce_id"].decode()
    return str(json.loads(raw.value or b"{}")["id"])


def refused_by(book: Book, story: Story) -> set[str]:
    """What the model refuses; what is too late was never told to it."""
    return {event_id(story.records[fact.order - 1]) for fact in book.refused} | story.too_late


def refused_of(ledger: Iterable[LedgerRecord]) -> set[str]:
    """What the ledger refuses, at intake or when what was parked is settled."""
    found: set[str] = set()
    for record in ledger:
        if record.outcome == "refused" and record.cause is not None:
            found.add(record.cause.id)
        found.update(
            refusal.rule.removeprefix(SETTLED)
            for refusal in record.refusals
            if refusal.rule is not None and refusal.rule.startswith(SETTLED)
        )
    return found - {""}  # a commit that waited is part of its order, and has no id of its own


def open_rewards(changes: Iterable[Change]) -> dict[str, dict[str, int]]:
    """What is open to each member after all eligibility events: rewards and quantities."""
    open_now: dict[str, Counter[str]] = {}
    for key, value, headers in changes:
        told = json.loads(value or b"{}")
        gained = ".gained." in dict(headers)["ce_type"].decode()
        held = open_now.setdefault((key or b"").decode(), Counter())
        held[told["reward_id"]] += told["quantity"] if gained else -told["quantity"]
    left = {name: {k: n for k, n in held.items() if n} for name, held in open_now.items()}
    return {name: held for name, held in left.items() if held}
