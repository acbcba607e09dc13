"""The faults of brokers and networks one by one, each brought about on purpose.

Every scenario ends healed and is judged as every seed is: safety all along, then convergence, the
checker behind `ledger verify`, and equality with the independent model.
"""

from __future__ import annotations

import pytest

from tests.faults import fault
from tests.simulator.faults import ROLES, Fault
from tests.simulator.losing import lose
from tests.simulator.plan import Plan
from tests.simulator.run import lived, played
from tests.simulator.scenes import SHORT, held, lives
from tests.simulator.world import World


@fault("F10", checks="O1 O4 V3 L1")
def test_leaders_and_coordinators_fall_five_in_a_row() -> None:
    """Each broker goes down in turn, clean or hard, and what it led moves on."""
    falls = [Fault(2.0 * n, "broker down", 0, "", n % 3 + 1, 1.5) for n in range(1, 6)]
    moves = [Fault(2.0 * n + 1, "move", 0, "", n, 1.0) for n in range(1, 6)]
    world = held(*falls, *moves, brokers=3)
    assert world.cluster.homes


@fault("F11", checks="O1 L1 L2")
@pytest.mark.parametrize("at", [0.0, 3.0, 3.05, 3.1])
def test_all_brokers_are_down(at: float) -> None:
    """At the start, and at some moments of a run."""
    held(Fault(at, "all down", 0, "", 1, 4.0), brokers=2)


@fault("F11", checks="O1 O4 V5 L1 L2")
@pytest.mark.parametrize("step", ["Produce", "EndTxn"])
def test_all_brokers_go_down_inside_a_transaction(step: str) -> None:
    """And come back while it is still open."""
    world = World(Plan(2, brokers=2, events=40, seconds=SHORT, run_records=5))
    down = Fault(0.0, "all down", 0, "", 1, 3.0)
    world.at_step(0, step, 2, lambda: world.bring_about(down))
    assert not played(world).failure
    assert world.happened == [step]


@fault("F11", checks="O1 L1")
def test_all_brokers_are_down_at_the_stop() -> None:
    """A worker that is told to stop ends within its budget, with nobody to talk to."""
    faults = (Fault(3.0, "all down", 0, "", 1, 5.0), Fault(3.2, "stop", 0, "", 1, 0.5))
    world = held(*faults, workers=1)
    assert lives(world)[0] > 1


@fault("F12", checks="O1 O4 V3 L1")
@pytest.mark.parametrize("seconds", [1.0, 6.0])
def test_a_broker_is_paused(seconds: float) -> None:
    """For less than a request's timeout, and for longer: what it was asked is done late."""
    freezes = [Fault(2.0, "broker frozen", 0, "", number, seconds) for number in (1, 2)]
    held(*freezes, brokers=2, seconds=16.0)


@fault("F13", checks="O1 V1 V3 V4 L1")
@pytest.mark.parametrize("way", ["out", "back", "both"])
@pytest.mark.parametrize("broker", [1, 2])
def test_a_worker_is_cut_off_from_one_broker(way: str, broker: int) -> None:
    """Some leaders are out of reach and coordinators are not, or the reverse."""
    held(Fault(2.0, "cut", 0, way, broker, 7.0), brokers=2, seconds=16.0)


@fault("F14", checks="O1 O4 L1")
def test_the_network_is_slow_and_breaks() -> None:
    """Connections of all workers are reset every second while messages take their time."""
    resets = [Fault(1.0 + n, "reset", n % 2) for n in range(10)]
    held(*resets, Fault(1.0, "slow", 0, "", 1, 4.0), Fault(1.0, "slow", 1, "", 1, 4.0))


@fault("F15", checks="O1 O4 V3 L1")
@pytest.mark.parametrize(
    "kind", ["Produce", "EndTxn", "InitProducerId", "AddPartitionsToTxn", "OffsetCommit"]
)
@pytest.mark.parametrize("how", ["lose", "silence"])
def test_a_response_is_lost_after_the_request_was_applied(kind: str, how: str) -> None:
    """The connection breaks, or nothing is ever heard of it."""
    faults = [Fault(at, how, worker, kind) for at in (0.0, 3.0, 5.0) for worker in (0, 1)]
    world = held(*faults, brokers=2)
    assert kind in {rule.kind for rule in world.cluster.network.met}


@fault("F16", checks="O1 O4 V3 V5")
@pytest.mark.parametrize("seed", range(4))
def test_a_late_end_of_a_transaction_meets_the_next_one(seed: int) -> None:
    """A commit outlives its connection, is sent again, and comes when the next run is under way."""
    late = [Fault(1.0 + n / 3, "orphan", 0, "EndTxn", 1, 2.0 + n % 5 * 0.7) for n in range(25)]
    slow = [Fault(1.0 + n * 0.7, "no leader", 0, "ledger", 0, 0.4) for n in range(14)]
    few = {"workers": 1, "partitions": 1, "run_records": 1}
    world = held(*late, *slow, seed=seed, brokers=seed % 3 + 1, **few)
    assert len(world.cluster.network.met) > 5


@fault("F17", checks="O1 O4 V1 V5 L1")
@pytest.mark.parametrize("role", ROLES)
def test_one_partition_has_no_leader(role: str) -> None:
    """For longer than a request's timeout: some sends of a run fail, and others do not."""
    places = [Fault(2.0, "no leader", 0, role, number, 6.0) for number in (0, 1)]
    held(*places, seconds=14.0, brokers=2)


@fault("F18", checks="O1 O4 V1 V5 L1")
@pytest.mark.parametrize("wrong", ["too large", "no quorum", "no rights"])
@pytest.mark.parametrize("role", ["ledger", "balances", "snapshots", "transfers"])
def test_one_topic_cannot_be_written_to(wrong: str, role: str) -> None:
    """A record is too large, replicas are missing, or rights are lost in mid-run."""
    places = [Fault(2.0, wrong, 0, role, number, 5.0) for number in (0, 1)]
    held(*places, seconds=14.0)


@fault("F19", checks="O1 V3 L1")
def test_a_producer_is_forgotten() -> None:
    """The coordinator has dropped the transactional ids of idle producers."""
    held(*[Fault(at, "forget") for at in (2.0, 4.0, 6.0)])


@fault("F20", checks="O1 O4 V1 V5 L1 L2")
@pytest.mark.parametrize("step", ["AddPartitionsToTxn", "Produce"])
def test_the_coordinator_aborts_what_the_worker_commits(step: str) -> None:
    """A worker that slept beyond its transaction's timeout goes on to commit it."""
    world = held(Fault(2.0, "pause at", 0, step, 3, 4.0), workers=1, seconds=16.0)
    assert world.cluster.transactions.aborted_for_age == (step == "Produce") or world.happened
    asked = {entry.timeout_seconds for entry in world.cluster.transactions.known.values()}
    assert asked == {world.settings.transaction_timeout_seconds}


@fault("F21", checks="L1")
def test_retention_is_faster_than_a_worker_that_runs() -> None:
    """It cannot read a topic for a while; then what is still there is decided, all of it."""
    away = Fault(3.0, "no leader", 0, "purchases", 0, 4.0)
    world = World(Plan(1, 1, 1, 1, 60, run_records=5, seconds=SHORT, faults=(away,)))
    log = world.cluster.log((world.settings.names.of("purchases"), 0))
    world.later(6.0, lambda: setattr(log, "start", log.end - 2))
    with lived(world):
        world.loop.run_until_complete(world.run())
    assert lives(world) == [1]
    decided = {offset for topic, _, offset in world.watch.sources if topic == log.topic}
    assert decided < set(range(log.end))


@fault("F21", checks="O4 V5 L1")
@pytest.mark.parametrize("role", ["balances", "eligibility", "notices"])
def test_what_the_last_run_published_is_lost(role: str) -> None:
    """A topic lost its end while nobody was at work: who recovers publishes just that again."""
    world = World(Plan(1, 1, 1, 1, 80, run_records=20, seconds=30.0, burst_at=0.0))
    lost: set[tuple[str, str]] = set()

    def strike() -> None:
        world.kill(0, 1.0)
        world.later(0.5, lambda: lost.update(lose(world, role)))

    for _ in range(8):
        world.at_step(0, "EndTxn", 1, strike)
    assert not played(world).failure
    assert lost
