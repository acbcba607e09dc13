"""Seeded toy traffic, and what is left of it when all has been folded."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from processors.accounts.resting import wake
from processors.partition import Partition
from processors.topology import Topology
from tests.driver.rested import rested
from tests.driver.toy import DAY, MINUTE, TOPIC, engine, event

if TYPE_CHECKING:
    from collections.abc import Callable

    from processors.accounts.account import Account
    from processors.topology import Moment

START = 1_700_000_000_000_000


def busy(seed: int, size: int = 300) -> list[tuple[str, bytes, int]]:
    """Seeded toy events: adds, gifts, timers, repeats, late ones and rubbish, with arrivals."""
    chance = random.Random(seed)
    sent: list[tuple[str, bytes, int]] = []
    for number in range(size):
        now = START + number * 37 * MINUTE
        who = f"m{chance.randrange(12)}"
        kind = chance.choice(["add", "add", "add", "give", "timer", "again", "late", "bad"])
        if kind == "again" and sent:
            name, value, _ = chance.choice(sent)
            sent.append((name, value, now // 1000))
            continue
        if kind == "bad":
            sent.append((who, b"{", now // 1000))
            continue
        time = now - chance.randrange(1, 3000) * MINUTE if kind == "late" else now
        amount = chance.randrange(1, 100)
        do = "add" if kind in {"late", "again"} else kind
        to = f"m{chance.randrange(12)}"
        at = now + chance.randrange(1, 4000) * MINUTE
        value = event(f"e{number}", who, time, do, amount=amount, to=to, at=at)
        sent.append((who, value, now // 1000))
    return sent


def played(
    sent: list[tuple[str, bytes, int]],
    *,
    partitions: int = 3,
    run_size: int = 2000,
    crash: Callable[[int, Moment], bool] | None = None,
    cached: int = 20_000,
) -> Topology:
    """All of it sent, folded, and time let run out."""
    topology = Topology(engine(), partitions, run_size, crash)
    topology.partitions = [
        Partition(topology.engine, number, partitions, cached) for number in range(partitions)
    ]
    for who, value, timestamp in sent:
        topology.send(TOPIC, who.encode(), value, timestamp=timestamp)
    topology.pump()
    topology.advance(START + 400 * DAY)
    return topology


def accounts(topology: Topology) -> dict[str, bytes]:
    """Every account's bytes as its partition holds them."""
    return {
        name: resting
        for partition in topology.partitions
        for name, resting in rested(partition).items()
    }


def decoded(topology: Topology) -> dict[str, Account]:
    """Every account; the order of items in it does not count."""
    return {name: wake(resting) for name, resting in accounts(topology).items()}


def ledgers(topology: Topology) -> list[list[bytes | None]]:
    """The bytes of every ledger partition."""
    return [
        [record.value for record in log.records if record is not None]
        for log in topology.logs["ledger"]
    ]
