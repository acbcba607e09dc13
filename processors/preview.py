"""What an event would do to a member: per line and per rule, and what comes next. No broker."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import orjson
from msgspec import UNSET
from msgspec.structs import replace

from processors.accounts.items import Frozen, Order
from processors.outlook import Ahead, next_rewards, next_tiers
from processors.partition.records import LEDGER
from processors.programs.asked import NOT, in_words
from processors.programs.calendars import calendar
from processors.programs.conditions import basis_of
from processors.programs.shares import sharing
from processors.programs.unmet import turned_away
from processors.topology import Topology
from schemas.ledger import DECODER
from schemas.values import format_amount

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from processors.accounts.account import Account
    from processors.accounts.items import OrderLine
    from processors.partition import Engine
    from processors.programs.model import ProgramFile, Version, When
    from processors.programs.shares import Shares
    from schemas.ledger import LedgerRecord

TOPIC = "preview"
STRUCTURED = (("content-type", b"application/cloudevents+json; charset=utf-8"),)


class Sent(NamedTuple):
    """One event, and its business time in microseconds."""

    value: bytes
    time: int


class Line(NamedTuple):
    """One line of an order, and its share of what the order holds by each rule."""

    id: str
    sku: str
    kind: str
    kept_minor: int
    shares: dict[str, str]
    why: str
    """Why it has none."""


class Divided(NamedTuple):
    """What an order holds by each rule, and its lines' shares of it, which add up to that."""

    order: str
    units: dict[str, str]
    """The unit of each rule."""
    lines: list[Line]
    whole: dict[str, str]
    """What is given for the order, whatever its lines."""
    total: dict[str, str]


class Preview(NamedTuple):
    """The answer: records of the event, the order's lines, and what is next."""

    records: list[LedgerRecord]
    reasons: dict[str, str]
    """Why rules and promotions did not fire, by their names, where that can be said in words."""
    by_quantity: frozenset[str]
    """Rules of activities that earn for each unit of quantity."""
    orders: list[Divided]
    tiers: list[Ahead]
    rewards: list[Ahead]


def preview(
    engine: Engine, file: ProgramFile, history: Sequence[Sent], event: Sent, member: str
) -> Preview:
    """Fold the member's history up to the event, and then the event, in a world of their own."""
    topology = Topology(engine, 1)
    for sent in sorted((one for one in history if one.time <= event.time), key=_time):
        topology.advance(sent.time)
        topology.send(TOPIC, member.encode(), sent.value, STRUCTURED)
        topology.pump()
    topology.advance(event.time)
    before = len(topology.logs[LEDGER][0].records)
    asked = _asked(engine, event, topology.partitions[0].store.open(member))
    topology.send(TOPIC, member.encode(), event.value, STRUCTURED)
    topology.pump()
    came = topology.logs[LEDGER][0].read(before)
    records = [DECODER.decode(record.value or b"") for record in came]
    account = topology.partitions[0].store.open(member)
    orders = dict(_orders(account, records))
    version = engine.program.version_at(event.time)
    return Preview(
        records,
        _reasons(file, list(orders.values()) or [asked], account, records),
        frozenset(
            name
            for name, rule in file.versions[version.id].activities.items()
            if rule.each == "quantity"
        ),
        [_divided(engine, file, key, order) for key, order in orders.items()],
        list(next_tiers(version, account, event.time)),
        list(next_rewards(version, account, event.time)),
    )


def _time(sent: Sent) -> int:
    return sent.time


def _asked(engine: Engine, event: Sent, account: Account) -> Order:
    """What conditions look at where there is no order: a recorded activity, say."""
    version = engine.program.version_at(event.time)
    data = orjson.loads(event.value).get("data") or {}
    attributes = data.get("attributes") or {}
    order = Order(event.time, version.id, "", (), Frozen(), attributes=attributes)
    return replace(order, frozen=version.freeze(order, account))


def _orders(account: Account, records: Sequence[LedgerRecord]) -> Iterator[tuple[str, Order]]:
    """The orders that the records are about, as they are now."""
    for record in records:
        data = {} if record.event is UNSET else orjson.loads(bytes(record.event))
        name = data.get("order_id", "")
        if record.account == account.id and name in account.orders:
            yield name, account.orders[name]


def _reasons(
    file: ProgramFile, orders: Sequence[Order], account: Account, records: Sequence[LedgerRecord]
) -> dict[str, str]:
    """Why nothing came of rules and promotions, in words."""
    found: dict[str, str] = {}
    for order in orders:
        version = file.versions[order.version]
        if order.lines:
            found |= turned_away(version, file, calendar(file.time_zone))(order, account)
        for record in records:
            for missed in record.why.missed if record.why is not None else ():
                when = _conditions(version).get(missed.rule)
                if when is not None and missed.reason.startswith(NOT):
                    found[missed.rule] = in_words(missed.reason, when, order)
    return found


def _conditions(version: Version) -> dict[str, When]:
    rules = (version.earning, version.activities, version.deliveries)
    return {name: rule.when for section in rules for name, rule in section.items()}


def _divided(engine: Engine, file: ProgramFile, name: str, order: Order) -> Divided:
    version, compiled = file.versions[order.version], engine.program.version(order.version)
    units = {rule: compiled.rules[rule].unit for rule in order.granted}
    found = sharing(version)(order)
    _, misses = compiled.price(order)
    missed = {miss.rule: miss.reason for miss in misses}

    def said(amounts: Mapping[str, int]) -> dict[str, str]:
        return {
            rule: format_amount(amount, compiled.units[units[rule]].scale)
            for rule, amount in amounts.items()
            if amount
        }

    lines: list[Line] = []
    for line in order.lines:
        mine = said({rule: one.lines.get(line.line_id, 0) for rule, one in found.items()})
        why = "" if mine else _why(version, order, line, missed, found)
        lines.append(Line(line.line_id, line.sku, line.kind, line.kept_minor, mine, why))
    whole = said({rule: one.whole for rule, one in found.items()})
    return Divided(name, units, lines, whole, said(order.granted))


def _why(
    version: Version,
    order: Order,
    line: OrderLine,
    missed: Mapping[str, str],
    found: Mapping[str, Shares],
) -> str:
    """Why a line brings nothing in: no rule looks at it, or those that do were not met."""
    if not line.kept_minor and line.amount_minor:
        return "nothing of it is kept"
    rules = {
        name: rule
        for name, rule in version.earning.items()
        if basis_of(rule.basis, rule.tenders).takes(line)
    }
    if not rules:
        of = f" of category {line.category}" if line.category and line.kind == "goods" else ""
        return f"no rule looks at {line.kind}{of}"
    given = [found[name] for name in rules if name in found]
    if len(given) == len(rules):
        return "" if any(one.whole for one in given) else "too little for a share"
    return "; ".join(
        f"{name} {in_words(missed[name], rule.when, order)}"
        if missed.get(name, "").startswith(NOT)
        else f"{name}: {missed.get(name, 'capped')}"
        for name, rule in rules.items()
        if name not in order.granted
    )
