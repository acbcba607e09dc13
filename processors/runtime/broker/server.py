"""Start, stop and ask after the local broker, or a local cluster: several processes as one.

A single broker lives in its home; those of a cluster live in folders of it, one each. Data stays
there between starts.
"""

from __future__ import annotations

import fcntl
from contextlib import contextmanager
from typing import TYPE_CHECKING

from processors.runtime.broker import node
from processors.runtime.broker.config import properties, written
from processors.runtime.broker.node import Broker, Java, launch, wait
from processors.runtime.broker.ports import chosen
from processors.runtime.faults import Exit, Fault

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

MOST_NODES = 9


def start(home: Path, port: int | None = None, heap_mb: int = 256, *, fast: bool = True) -> Broker:
    """Start the broker of `home`, or find it running. Returns once it answers requests.

    `fast` compiles little, which suits short lives; a benchmark wants False. Raises Fault.
    """
    return start_all(home, 1, None if port is None else [port], Java(heap_mb, fast))[0]


def start_all(
    home: Path,
    count: int,
    ports: Sequence[int] | None = None,
    java: Java | None = None,
    more: Sequence[Mapping[str, object]] = (),
) -> tuple[Broker, ...]:
    """Start those brokers of `home` that do not run. Returns once all of them answer requests.

    `more` are settings of each broker's own that beat ours. Raises Fault.
    """
    home.mkdir(parents=True, exist_ok=True)
    with _alone(home):
        _check(home, count)
        homes = homes_of(home, count)
        running = [node.serving(place) for place in homes]
        if None in running:
            ports = chosen(home, ports, [one.port if one else None for one in running])
            command = (java or Java()).command()
            for place, there in enumerate(running):
                if there is None:
                    text = properties(homes[place], ports, place + 1)
                    text += written(more[place]) if more else ""
                    alone = count == 1
                    running[place] = launch(homes[place], ports[place], text, command, alone=alone)
        brokers = tuple(broker for broker in running if broker is not None)
        try:
            for broker in brokers:
                wait(broker)
        except Fault:
            node.stop(brokers)
            raise
        return brokers


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """Two starts of one home follow each other; the second finds what the first has started."""
    with (home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _check(home: Path, count: int) -> None:
    """Refuse another number of brokers than the data was made by. Raises Fault."""
    if not 1 <= count <= MOST_NODES:
        advice = f"Start from 1 to {MOST_NODES}; three are what replication wants."
        raise Fault(f"{count} brokers cannot be started", advice, Exit.USAGE)
    there = count_of(home)
    if there is not None and there != count:
        raise Fault(
            f"{home} holds the data of {there} broker{'s' if there > 1 else ''}, not of {count}",
            f"Start it with `--nodes {there}`, or set LOYALTY_HOME to another folder.",
            Exit.USAGE,
        )


def count_of(home: Path) -> int | None:
    """How many brokers the data in `home` was made by; None if there is none yet."""
    if (home / "data").is_dir():
        return 1
    return len(list(home.glob("node-*"))) or None


def homes_of(home: Path, count: int) -> list[Path]:
    """Where each of so many brokers lives."""
    return [home] if count == 1 else [home / f"node-{number}" for number in range(1, count + 1)]


def find(home: Path) -> Broker | None:
    """The single broker of `home` if it runs."""
    return node.find(home)


def find_all(home: Path) -> tuple[Broker, ...]:
    """Those brokers of `home` that run."""
    found = [node.find(place) for place in homes_of(home, count_of(home) or 1)]
    return tuple(broker for broker in found if broker is not None)


def stop(home: Path) -> bool:
    """Stop the brokers of `home`; by force what does not end. False: none was running."""
    brokers = find_all(home)
    node.stop(brokers)
    return bool(brokers)
