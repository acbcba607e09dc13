"""Why an account is as it is: each record as event, rules, entries and balance, in plain words."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from msgspec import UNSET

from projections.erasure import erases, of_erased
from projections.units import Figures, figures_of, written
from schemas.values import format_instant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schemas.ledger import Cause, Coordinates, Entry, LedgerRecord


class Fact(NamedTuple):
    """One line of an explanation: what kind of line it is, what it names, and what it says."""

    part: str
    """One of event, outcome, refused, fired, missed, entry, reward, notice, sent, settled, balance,
    tier."""
    name: str
    text: str


View = dict[str, tuple[tuple[Fact, ...], ...]]
"""The explanations of each member that was asked for, record by record."""


def fold(view: View, record: LedgerRecord) -> tuple[View, tuple[Fact, ...]]:
    """Take the view over, and explain the record if its member was asked for."""
    name = record.account
    if name is None or name not in view:
        return view, ()
    facts = tuple(explain(record))
    view[name] = (facts,) if erases(record) else (*view[name], facts)
    return view, facts


def explain(record: LedgerRecord) -> Iterator[Fact]:
    """The facts of one record, in the order in which they follow from each other."""
    figures = figures_of(record)
    if record.cause is not None:
        yield from _event(record, record.cause)
    yield Fact("outcome", record.outcome, "" if record.account else "no account was touched")
    if erases(record):
        return
    yield from _refused(record)
    yield from _rules(record)
    for entry in record.entries:
        yield Fact("entry", entry.kind, _entry(figures, entry))
    yield from _rewards(record)
    for notice in record.notices:
        text = ", ".join(f"{key} {_told(value)}" for key, value in notice.data.items())
        yield Fact("notice", notice.type, text)
    for effect in record.effects:
        yield Fact("sent", effect.kind, f"to {effect.to}")
    for settled in record.settles:
        yield Fact("settled", settled, "an input that was parked or forwarded is settled")
    yield from _balance(figures)


def _event(record: LedgerRecord, cause: Cause) -> Iterator[Fact]:
    event = UNSET if of_erased(record) else record.event
    data = "" if event is UNSET else bytes(event).decode()
    yield Fact("event", cause.type, f"{cause.id} from {cause.source}, {format_instant(cause.time)}")
    if cause.at.topic:
        yield Fact("event", "entered", place_of(cause.at))
    if record.source is not None and record.source != cause.at:
        yield Fact("event", "decided", place_of(record.source))
    if data:
        yield Fact("event", "data", data)


def place_of(at: Coordinates) -> str:
    """Where a record lies."""
    return f"{at.topic}, partition {at.partition}, offset {at.offset}"


def _refused(record: LedgerRecord) -> Iterator[Fact]:
    for refusal in record.refusals:
        parts = [part for part in (refusal.rule, refusal.detail) if part]
        yield Fact("refused", refusal.reason, ", ".join(parts))
    for key, value in (record.unreadable or {}).items():
        yield Fact("refused", key, value)


def _rules(record: LedgerRecord) -> Iterator[Fact]:
    if record.why is None:
        return
    for fired in record.why.fired:
        figures = ", ".join(f"{key} {value}" for key, value in fired.figures.items())
        yield Fact("fired", fired.rule, figures)
    for missed in record.why.missed:
        yield Fact("missed", missed.rule, missed.reason)


def _entry(figures: Figures, entry: Entry) -> str:
    amount = written(figures, entry.unit, entry.amount)
    reason = "" if entry.reason is None else f" ({entry.reason})"
    legs = ", ".join(
        f"{written(figures, entry.unit, leg.amount)} {leg.source} to {leg.target}"
        + ("" if leg.lot is None else f" [{leg.lot}]")
        for leg in entry.legs
    )
    return f"{amount} {entry.unit} by {entry.rule}{reason}: {legs}"


def _rewards(record: LedgerRecord) -> Iterator[Fact]:
    for change in record.eligibility:
        until = change.valid_until
        ends = "" if until is None else f", until {format_instant(until)}"
        text = f"{change.change}: {change.quantity}, because of {change.reason}{ends}"
        yield Fact("reward", change.reward_id, text)


def _told(value: str | int | None) -> str:
    if isinstance(value, int):
        return format_instant(value)
    return "none" if value is None else value


def _balance(figures: Figures) -> Iterator[Fact]:
    for unit, held in figures.balances.items():
        text = f"available {held.available} ({held.delta_available}), pending {held.pending}"
        yield Fact("balance", unit, f"{text}, reserved {held.reserved}, debt {held.debt}")
    for ladder, held_tier in figures.tiers.items():
        until = "" if held_tier.until is None else f", until {held_tier.until}"
        yield Fact("tier", ladder, f"{held_tier.tier}, progress {held_tier.progress}{until}")
