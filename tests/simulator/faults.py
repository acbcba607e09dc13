"""What goes wrong in a run: a schedule made of a seed, and how each fault is brought about."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from aiokafka import errors

from tests.simulator.network import Rule

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    from tests.simulator.world import World

QUORUM = errors.NotEnoughReplicasError.errno
TOO_LARGE = errors.MessageSizeTooLargeError.errno
LOST_RIGHTS = errors.TopicAuthorizationFailedError.errno
ROLES = ("ledger", "balances", "eligibility", "notices", "dead_letters", "transfers", "snapshots")
WRITES = ("Produce", "EndTxn", "InitProducerId", "AddPartitionsToTxn")
STEPS = (*WRITES, "Fetch", "Offset", "JoinGroup", "SyncGroup", "OffsetCommit", "Metadata")


class Fault(NamedTuple):
    """One thing that goes wrong, `at` so many seconds. What the others mean depends on the kind."""

    at: float
    kind: str
    worker: int = 0
    what: str = ""
    number: int = 0
    seconds: float = 0.0


def schedule(chance: random.Random, workers: int, brokers: int, seconds: float) -> list[Fault]:
    """Faults of some kinds, each kind now and then, over so many seconds."""
    kinds = chance.sample(sorted(KINDS), chance.randint(1, 6))
    found = []
    for _ in range(chance.randint(2, 12)):
        fault = Fault(
            round(chance.uniform(0.2, seconds), 3),
            chance.choice(kinds),
            chance.randrange(workers),
            "",
            chance.randint(1, brokers),
            round(chance.choice([0.3, 1.0, 3.0, 7.0]) * chance.uniform(0.5, 1.5), 3),
        )
        found.append(_filled(chance, fault))
    return sorted(found)


def _filled(chance: random.Random, fault: Fault) -> Fault:
    kind = fault.kind
    if kind in {"kill at", "leave at", "pause at"}:
        fault = fault._replace(what=chance.choice(STEPS), number=chance.randint(1, 12))
    elif kind in {"lose", "silence", "late"}:
        fault = fault._replace(what=chance.choice(WRITES))
    elif kind == "orphan":
        fault = fault._replace(what=chance.choice(["EndTxn", "EndTxn", *WRITES]))
    elif kind == "cut":
        fault = fault._replace(what=chance.choice(["out", "back", "both"]))
    elif kind in {"no leader", "no quorum", "too large", "no rights"}:
        fault = fault._replace(what=chance.choice(ROLES), number=chance.randrange(4))
    elif kind == "exhaust":
        fault = fault._replace(number=chance.randint(1, 12))
    elif kind == "skew":
        fault = fault._replace(seconds=chance.choice([-3500.0, -60.0, 60.0, 3500.0]))
    return fault


def bring_about(world: World, fault: Fault) -> None:
    """Let it go wrong now. What lasts ends by itself after its seconds."""
    KINDS[fault.kind](world, fault)


def _name(world: World, fault: Fault) -> str:
    return world.slots[fault.worker % len(world.slots)].name


def _kill(world: World, fault: Fault) -> None:
    world.kill(fault.worker, fault.seconds)


def _kill_at(world: World, fault: Fault) -> None:
    do = partial(world.kill, fault.worker, fault.seconds)
    world.at_step(fault.worker, fault.what, fault.number, do)


def _pause_at(world: World, fault: Fault) -> None:
    do = partial(world.pause, fault.worker, fault.seconds * 2)
    world.at_step(fault.worker, fault.what, fault.number, do)


def _leave_at(world: World, fault: Fault) -> None:
    """Another worker leaves, while this one is at a step of its work."""
    do = partial(world.stop, fault.worker + 1, fault.seconds)
    world.at_step(fault.worker, fault.what, fault.number, do)


def _stop(world: World, fault: Fault) -> None:
    world.stop(fault.worker, fault.seconds)


def _pause(world: World, fault: Fault) -> None:
    world.pause(fault.worker, fault.seconds * 2)


def _reset(world: World, fault: Fault) -> None:
    world.cluster.network.reset(_name(world, fault))


def _rule(world: World, fault: Fault) -> None:
    name = _name(world, fault)
    world.cluster.network.rules.append(Rule(name, fault.what, fault.kind, fault.seconds))


def _orphan(world: World, fault: Fault) -> None:
    """The client sends again, and both requests come: EndTxn may end a later transaction."""
    name = _name(world, fault)
    world.cluster.network.rules.append(Rule(name, fault.what, "orphan", fault.seconds / 10))


def _cut(world: World, fault: Fault) -> None:
    ways = ("out", "back") if fault.what == "both" else (fault.what,)
    cuts = {(_name(world, fault), fault.number, way) for way in ways}
    network = world.cluster.network
    network.cuts |= cuts
    world.later(fault.seconds, lambda: network.mend(cuts))


def _slow(world: World, fault: Fault) -> None:
    network, name = world.cluster.network, _name(world, fault)
    network.slow[name] = fault.seconds / 10
    world.later(fault.seconds * 2, lambda: network.slow.pop(name, None))


def _no_leader(world: World, fault: Fault) -> None:
    cluster = world.cluster
    place = (world.settings.names.of(fault.what), fault.number % world.settings.partitions)
    cluster.moved[place] = -1
    world.later(fault.seconds, lambda: cluster.moved.pop(place, None))


def _refuse(world: World, fault: Fault, code: int, seconds: float) -> None:
    refusals = world.cluster.refusals
    place = (world.settings.names.of(fault.what), fault.number % world.settings.partitions)
    refusals[place] = code
    world.later(seconds, lambda: refusals.pop(place, None))


def _move(world: World, fault: Fault) -> None:
    """Coordinators and leaders move on by one broker."""
    cluster = world.cluster
    for place, key in enumerate(cluster.keys()):
        if place % 3 == fault.number % 3 and cluster.leader(key) >= 0:
            cluster.moved[key] = cluster.leader(key) % len(cluster.brokers) + 1


def _down(world: World, fault: Fault) -> None:
    number = fault.number
    world.cluster.stop(number, elect_seconds=fault.seconds / 3)
    world.later(fault.seconds, lambda: world.cluster.begin(number))


def _all_down(world: World, fault: Fault) -> None:
    for number in world.cluster.brokers:
        world.cluster.stop(number, elect_seconds=fault.seconds)
        world.later(fault.seconds, partial(world.cluster.begin, number))


def _frozen(world: World, fault: Fault) -> None:
    number = fault.number
    world.cluster.brokers[number].asleep = True
    world.later(fault.seconds, lambda: world.cluster.wake(number))


def _exhaust(world: World, fault: Fault) -> None:
    """A fold of a worker fails in the midst of a run, for want of memory."""
    world.slots[fault.worker % len(world.slots)].exhausted_in = max(1, fault.number)


def _skew(world: World, fault: Fault) -> None:
    world.slots[fault.worker % len(world.slots)].skew = fault.seconds


def _forget(world: World, fault: Fault) -> None:
    """Transactional ids that are idle are forgotten, as after a week."""
    del fault
    known = world.cluster.transactions.known
    for name in [name for name, entry in known.items() if entry.state in IDLE]:
        del known[name]


IDLE = {"empty", "committed", "aborted"}


def _offsets(world: World, fault: Fault) -> None:
    """Somebody resets the group's offsets."""
    for group in world.cluster.groups.values():
        for place in list(group.offsets):
            group.offsets[place] = 0 if fault.number % 2 else 10**6


KINDS: dict[str, Callable[[World, Fault], None]] = {
    "all down": _all_down,
    "broker down": _down,
    "broker frozen": _frozen,
    "cut": _cut,
    "exhaust": _exhaust,
    "forget": _forget,
    "kill": _kill,
    "kill at": _kill_at,
    "late": _rule,
    "leave at": _leave_at,
    "lose": _rule,
    "move": _move,
    "no leader": _no_leader,
    "no quorum": lambda world, fault: _refuse(world, fault, QUORUM, fault.seconds),
    "no rights": lambda world, fault: _refuse(world, fault, LOST_RIGHTS, fault.seconds),
    "offsets": _offsets,
    "orphan": _orphan,
    "pause": _pause,
    "pause at": _pause_at,
    "reset": _reset,
    "silence": _rule,
    "skew": _skew,
    "slow": _slow,
    "stop": _stop,
    "too large": lambda world, fault: _refuse(world, fault, TOO_LARGE, fault.seconds),
}
