"""What an event would do to a member: per line and per rule, and what comes next. No broker."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import orjson
from msgspec import UNSET
from msgspec.structs import replace

from processors.accounts.progress import leading, missing
from processors.accounts.standings import rank_of, standing_of
from processors.partition.records import LEDGER
from processors.programs.calendars import calendar
from processors.programs.unmet import turned_away
from processors.topology import Topology
from schemas.ledger import DECODER
from schemas.values import format_amount

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from processors.accounts.account import Account
    from processors.accounts.items import Order
    from processors.partition import Engine
    from processors.programs.compiled import Ladder, Version
    from processors.programs.model import ProgramFile
    from schemas.ledger import LedgerRecord

TOPIC = "preview"
STRUCTURED = (("content-type", b"application/cloudevents+json; charset=utf-8"),)


class Sent(NamedTuple):
    """One event, and its business time in microseconds."""

    value: bytes
    time: int


class Share(NamedTuple):
    """What one line of an order would earn by one rule, if it stood alone."""

    line: str
    kind: str
    amount_minor: int
    rule: str | None
    """None: no rule earns on it."""
    amount: str
    """Points, and their unit."""
    why: str
    """Why nothing, if it is nothing."""


class Ahead(NamedTuple):
    """What comes next, and what is missing for it."""

    name: str
    missing: str


class Preview(NamedTuple):
    """The answer: records of the event, the order's lines, and what is next."""

    records: list[LedgerRecord]
    reasons: dict[str, str]
    """Why promotions did not run, by their names."""
    lines: list[Share]
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
    topology.send(TOPIC, member.encode(), event.value, STRUCTURED)
    topology.pump()
    came = topology.logs[LEDGER][0].read(before)
    records = [DECODER.decode(record.value or b"") for record in came]
    account = topology.partitions[0].store.open(member)
    version = engine.program.version_at(event.time)
    orders = list(_orders(account, records))
    return Preview(
        records,
        {name: why for order in orders for name, why in _reasons(file, order, account).items()},
        [share for order in orders for share in _lines(engine, order)],
        list(_tiers(version, account, event.time)),
        list(_rewards(version, account, event.time)),
    )


def _time(sent: Sent) -> int:
    return sent.time


def _orders(account: Account, records: Sequence[LedgerRecord]) -> Iterator[Order]:
    """The orders that the records are about, as they are now."""
    for record in records:
        data = {} if record.event is UNSET else orjson.loads(bytes(record.event))
        order = account.orders.get(data.get("order_id", ""))
        if order is not None and record.account == account.id:
            yield order


def _reasons(file: ProgramFile, order: Order, account: Account) -> dict[str, str]:
    version = file.versions[order.version]
    return turned_away(version, file, calendar(file.time_zone))(order, account)


def _lines(engine: Engine, order: Order) -> Iterator[Share]:
    version = engine.program.version(order.version)
    for line in order.lines:
        awards, misses = version.price(replace(order, lines=(line,)))
        for award in awards:
            amount = format_amount(award.amount, version.units[award.unit].scale)
            text = f"{amount} {award.unit}"
            yield Share(line.line_id, line.kind, line.kept_minor, award.rule, text, "")
        if not awards:
            why = dict.fromkeys(miss.reason for miss in misses if miss.reason != "not_running")
            yield Share(line.line_id, line.kind, line.kept_minor, None, "0", ", ".join(why))


def _tiers(version: Version, account: Account, at: int) -> Iterator[Ahead]:
    for ladder in version.ladders:
        rank = rank_of(ladder, standing_of(ladder, account).tier)
        if rank + 1 == len(ladder.tiers):
            continue
        above = ladder.tiers[rank + 1]
        if above.thresholds:
            lacks = missing(ladder, account, at)
            shown = lacks if ladder.several else {leading(ladder, account, at): 0}
            text = (" and " if ladder.needs_all else " or ").join(
                f"{format_amount(lacks[part], ladder.scale_of(part))} {_counted(ladder, part)}"
                for part in shown
            )
            yield Ahead(f"{ladder.id} {above.id}", text)


def _counted(ladder: Ladder, part: str) -> str:
    what = part if ladder.several else next(iter(ladder.counts))
    return what.removeprefix("activity:")


def _rewards(version: Version, account: Account, at: int) -> Iterator[Ahead]:
    """Catalogue rewards that lack points, the nearest first."""
    found: list[tuple[int, Ahead]] = []
    for reward in version.rewards.values():
        if reward.cost is None or reward.unit is None:
            continue
        totals = account.totals.get(reward.unit)
        missing = reward.cost(at) - (0 if totals is None else totals.available)
        if missing > 0:
            amount = format_amount(missing, version.units[reward.unit].scale)
            found.append((missing, Ahead(reward.id, f"{amount} {reward.unit}")))
    for _, ahead in sorted(found):
        yield ahead
