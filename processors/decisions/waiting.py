"""Parked inputs: kept until what they refer to comes, or their time is over (section 9)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Raw

from processors.accounts.items import Parked
from processors.decisions.closing import round_off
from processors.inputs import Input, is_aside
from schemas.ledger import Coordinates
from schemas.values import identity

if TYPE_CHECKING:
    from processors.accounts.draft import Draft


MOST_WAITING = 500
MOST_WAITING_BYTES = 2_000_000
UNKNOWN = {"order": "unknown_order", "review": "unknown_review", "owner": "unknown_member"}
"""Why an input is refused that waited in vain, by the kind of what it waited for."""


def deadline(draft: Draft, at: int, days: int | None = None) -> int:
    """When a parked input is given up: a number of local days after its time."""
    return draft.program.calendar.days_after(at, draft.program.park_days if days is None else days)


def park(draft: Draft, waits_for: str, days: int | None = None) -> None:
    """Keep the input, with all that it takes to decide it later."""
    item = draft.item
    entered = item.entered or item.at
    at = (
        ("", 0, 0, 0)
        if entered is None
        else (entered.topic, entered.partition, entered.offset, entered.timestamp)
    )
    parked = Parked(
        item.type,
        item.source,
        item.id,
        item.subject,
        item.time,
        Raw(item.event),
        item.payload,
        waits_for,
        deadline(draft, item.time, days),
        item.arrival,
        at,
        is_aside(item, draft.program.id),
    )
    draft.put("parked", identity(item.source, item.id), parked)


def crowded(draft: Draft) -> bool:
    """True if as much waits in the account as may: whoever sends more sends them to nobody."""
    waiting = draft.account.parked.values()
    if len(waiting) >= MOST_WAITING:
        return True
    size = sum(len(bytes(parked.data)) for parked in waiting)
    return size + len(draft.item.event) > MOST_WAITING_BYTES


def give_up(draft: Draft, key: str, reason: str) -> None:
    """A parked input waits no more: it is refused, and so settled."""
    parked = draft.account.parked[key]
    draft.put("parked", key, None)
    draft.refuse(reason, f"settled/{parked.id}")
    if parked.id:
        draft.settles.append(key)


def input_of(parked: Parked) -> Input:
    """The input as it came."""
    topic, partition, offset, timestamp = parked.at
    return Input(
        parked.type,
        parked.source,
        parked.id,
        parked.subject,
        parked.time,
        parked.arrived,
        None,
        bytes(parked.data),
        parked.payload,
        at=None,
        entered=Coordinates(offset, partition, timestamp, topic) if topic else None,
        testmode=parked.aside,
        settles=True,
    )


def apply_waiting(draft: Draft, reference: str) -> None:
    """Decide what waited for `reference`: at its own time if that is later, else now."""
    if not draft.account.parked:
        return
    names = [
        (parked.time, parked.arrived, name)
        for name, parked in draft.account.parked.items()
        if parked.waits_for == reference and name not in draft.elsewhere
    ]
    for time, _, name in sorted(names):
        parked = draft.account.parked[name]
        draft.put("parked", name, None)
        if time > draft.time:
            # As if it had waited for nothing: what it refers to is complete by then.
            round_off(draft)
            draft.pass_time(draft, time)
        outer = draft.item
        draft.move_to(input_of(parked), max(time, draft.time))
        verdict = draft.decide(draft, draft.item)
        if verdict.outcome == "refused":
            assert verdict.reason is not None, "a refusal has a reason"
            draft.refuse(verdict.reason, f"settled/{parked.id}")
        if parked.id:
            draft.settles.append(name)
        draft.move_to(outer, draft.time)
