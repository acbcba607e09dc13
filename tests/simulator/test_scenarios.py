"""The faults of the catalogue one by one, each brought about on purpose.

Every scenario ends healed and is judged as every seed is: safety all along, then convergence, the
checker behind `ledger verify`, and equality with the independent model.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pytest
from aiokafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor

from processors.runtime import thread, writer
from processors.runtime.faults import Exit
from tests.faults import fault
from tests.simulator.faults import ROLES, Fault
from tests.simulator.losing import lose
from tests.simulator.plan import Plan
from tests.simulator.run import lived, played
from tests.simulator.world import World

if TYPE_CHECKING:
    from collections.abc import Sequence

STEPS = (
    ("Metadata", 3),
    ("JoinGroup", 2),
    ("SyncGroup", 1),
    ("InitProducerId", 1),
    ("InitProducerId", 2),
    ("Offset", 2),
    ("Fetch", 1),
    ("Fetch", 5),
    ("AddPartitionsToTxn", 1),
    ("AddPartitionsToTxn", 3),
    ("Produce", 1),
    ("Produce", 2),
    ("Produce", 5),
    ("EndTxn", 1),
    ("EndTxn", 3),
    ("OffsetCommit", 1),
)
"""Start, joining, fencing, recovery, fetch, after the fold, the first sends, commit, and after."""
SHORT = 12.0


def held(*faults: Fault, seed: int = 1, **plan: Any) -> World:
    """A world in which these faults happen, and nothing is wrong in the end."""
    usual = {"events": 40, "seconds": SHORT, "run_records": 5} | plan
    world = World(Plan(seed, faults=faults, **usual))
    result = played(world)
    assert not result.failure
    return world


def ledgers(world: World) -> list[list[bytes | None]]:
    """The bytes of every ledger partition."""
    logs = world.cluster.topics[world.settings.names.of("ledger")]
    return [[record.value for record in log.committed()] for log in logs]


def lives(world: World) -> list[int]:
    """How many processes each worker's place has seen."""
    return [slot.life for slot in world.slots]


@fault("F01", checks="O1 O4 V1 V3 D2 D3 L1")
@pytest.mark.parametrize(("step", "count"), STEPS)
def test_killed_at_a_step(step: str, count: int) -> None:
    """The ledger is the one of a run without any fault, byte for byte."""
    plain: dict[str, Any] = {
        "plain": True,
        "burst_at": 0.0,
        "workers": 1,
        "seconds": 8.0,
        "brokers": 3,
    }
    uncut = held(**plain)
    cut = held(Fault(0.0, "kill at", 0, step, count, 0.1), **plain)
    assert cut.happened == [step]
    assert lives(cut) == [2]
    assert ledgers(cut) == ledgers(uncut)


@fault("F02", checks="V1 V3 V4 O1 L1")
@pytest.mark.parametrize("step", ["AddPartitionsToTxn", "Produce", "EndTxn", "Fetch"])
def test_a_zombie_wakes(step: str) -> None:
    """A worker sleeps for longer than its session, others take over, and it goes on."""
    world = held(Fault(2.0, "pause at", 0, step, 2, 4.5), seconds=16.0)
    assert world.happened == [step]


@fault("F03", checks="O1 V3 L1 L2")
@pytest.mark.parametrize("seconds", [0.5, 3.0])
def test_a_loop_is_blocked_inside_a_transaction(seconds: float) -> None:
    """Shorter than the transaction's timeout, and longer."""
    world = held(Fault(2.0, "pause at", 0, "Produce", 2, seconds), workers=1)
    assert world.happened == ["Produce"]


@fault("F04", checks="V1 V3 O1 O4")
def test_two_workers_of_one_identity() -> None:
    """Both own everything and fence each other; what is committed stays whole."""
    world = held(rival=True, workers=2)
    assert max(entry.epoch for entry in world.cluster.transactions.known.values()) > 3


@fault("F05", checks="O1 O4 L1")
def test_a_stop_with_too_little_time() -> None:
    """The process ends in the middle of what it does."""
    stops = [Fault(at, "stop", 0, "", 1, 0.2) for at in (2.0, 4.0, 6.0, 8.0)]
    world = held(*stops, options=(("drain_seconds", 0.001),), workers=1)
    assert lives(world)[0] > 3


@fault("F07", checks="O1 V3 L1")
@pytest.mark.parametrize("step", ["InitProducerId", "Produce", "EndTxn"])
def test_it_dies_again_and_again_at_one_step(step: str) -> None:
    """Five times in a row; the sixth goes on as if nothing had been."""
    world = held(*[Fault(0.0, "kill at", 0, step, 1, 0.1)] * 5, workers=1, seconds=40.0)
    assert world.happened == [step] * 5


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


@fault("F30", checks="O1 V1 V3 L1")
@pytest.mark.parametrize(
    "step", ["JoinGroup", "InitProducerId", "Offset", "Fetch", "Produce", "EndTxn"]
)
def test_a_rebalance_at_a_step(step: str) -> None:
    """Another worker leaves and comes back while one is at a step of its work."""
    world = held(Fault(1.5, "leave at", 0, step, 2, 1.0), Fault(4.0, "reset", 1), workers=2)
    assert "commerce" in world.settings.names.of("purchases")


@fault("F30", checks="O1 V1 V3 L1")
@pytest.mark.parametrize("doubts_at", [2.0, 2.5, 3.5])
def test_a_partition_moves_on_while_it_is_taken_back(doubts_at: float) -> None:
    """A worker in doubt rests for a while; then the partition is another's, and stays that."""
    doubts = [Fault(doubts_at + n * 0.3, "lose", 0, "EndTxn") for n in range(3)]
    few: dict[str, Any] = {"events": 60, "run_records": 4, "seconds": 14.0}
    world = held(Fault(0.0, "kill", 1, "", 1, 4.0), *doubts, **few)
    assert world.cluster.network.met


@fault("F31", checks="O1 V1 V3 L1")
def test_one_worker_then_three_then_one() -> None:
    """More workers than partitions at one time."""
    away = [Fault(0.0, "kill", 1, "", 1, 3.0), Fault(0.0, "kill", 2, "", 1, 3.0)]
    back = [Fault(8.0, "stop", 1, "", 1, 60.0), Fault(8.5, "kill", 2, "", 1, 60.0)]
    world = held(*away, *back, workers=3, partitions=2, seconds=16.0)
    assert world.cluster.group("loyalty-ledger").generation > 2


@fault("F32", checks="O1 V1 V3 D4 L1")
def test_a_partition_goes_away_and_comes_back() -> None:
    """A worker leaves and returns over and over: its partitions move each time."""
    world = held(*[Fault(2.0 * n, "stop", 1, "", 1, 0.1) for n in range(1, 7)], seconds=16.0)
    assert lives(world)[1] > 4


@fault("F33", checks="O1 V2")
def test_a_generation_that_is_over_commits_nothing() -> None:
    """A woken zombie's notes of positions are refused by the group."""
    naps = [Fault(at, "pause", 0, "", 1, 3.0) for at in (4.4, 14.4, 24.4)]
    world = held(*naps, seconds=36.0)
    assert world.cluster.group("loyalty-ledger").refused


@fault("F35", checks="V1 V3")
def test_a_partition_number_that_is_split_is_refused() -> None:
    """Under another assignor topics of one number land on different workers: both refuse them."""
    world = World(Plan(3, events=20, partitions=3, seconds=8.0))
    with patch.object(thread, "RangePartitionAssignor", RoundRobinPartitionAssignor), lived(world):
        world.loop.run_until_complete(world.suffer())
    assert {code for slot in world.slots for code in slot.codes} == {Exit.BROKEN}
    assert not any(ledgers(world))


@fault("F45", checks="O1 L1")
def test_dead_letters_cannot_be_written() -> None:
    """Input that cannot be read waits for its topic, and is set aside once it is back."""
    places = [Fault(0.5, "no leader", 0, "dead_letters", number, 9.0) for number in (0, 1)]
    world = held(*places, seed=4, events=80, seconds=16.0)
    letters = world.cluster.topics[world.settings.names.of("dead_letters")]
    assert sum(1 for log in letters for _ in log.committed())


@fault("F48", checks="O1 V2 L1")
def test_inputs_have_gaps() -> None:
    """Aborted records and markers lie between the inputs, and a worker dies among them."""
    world = held(Fault(4.0, "kill", 0, "", 1, 0.5), gaps=True)
    assert world.stumbled > 3


@fault("F51", checks="O1 L1")
def test_a_burst_after_a_long_silence() -> None:
    """Nothing comes for long; topics without a single record beside the ones that get all."""
    world = held(burst_at=40.0, seconds=45.0, events=90)
    activities = world.cluster.topics[world.settings.names.of("activities")]
    assert not any(log.end for log in activities)


@fault("F60", checks="O1 V1 L1")
def test_wall_clocks_jump_and_differ() -> None:
    """Workers an hour behind, a minute ahead; each new one has another idea of the time."""
    skews = [Fault(0.0, "skew", 0, "", 1, -3500.0), Fault(0.0, "skew", 1, "", 1, 60.0)]
    kills = [Fault(3.0 + n, "kill", n, "", 1, 0.3) for n in range(4)]
    turned = [Fault(5.0, "skew", 0, "", 1, 3500.0), Fault(5.0, "skew", 1, "", 1, -60.0)]
    held(*skews, *kills, *turned)


@fault("F63", checks="D1 D2 D4 O1")
def test_snapshots_of_an_aborted_run_are_not_believed() -> None:
    """A worker dies with its snapshots written and not committed; the next one recovers."""
    met = 0
    for count in range(2, 8):
        world = held(Fault(1.0, "kill at", 0, "Produce", count, 0.1), workers=1, partitions=1)
        (log,) = world.cluster.topics[world.settings.names.of("snapshots")]
        met += bool(log.aborted)
    assert met, "no worker died between its snapshots and its commit"


@fault("F71", checks="O1 V2 L1")
@pytest.mark.parametrize("future", [0, 1])
def test_somebody_resets_the_groups_offsets(future: int) -> None:
    """To the past and to the future: the ledger alone says where to go on."""
    faults: Sequence[Fault] = [
        fault
        for at in (8.0, 12.0)
        for fault in (Fault(at, "offsets", 0, "", 1 - future), Fault(at, "kill", 0, "", 1, 0.1))
    ]
    world = held(*faults, workers=1, seconds=20.0)
    assert world.cluster.group("loyalty-ledger").offsets


def test_runs_that_exceed_a_batch_are_sent_in_several() -> None:
    """And are one transaction all the same, whatever cuts it short."""
    kills = [Fault(0.0, "kill at", 0, "Produce", count, 0.1) for count in (2, 5, 9)]
    with patch.object(writer, "BATCH_BYTES", 8_000):
        world = held(*kills, burst_at=0.0, workers=1, partitions=1, run_records=2_000)
    (log,) = world.cluster.topics[world.settings.names.of("ledger")]
    data = [batch.is_control for batch in log.batches]
    assert [False, False] in [data[place : place + 2] for place in range(len(data))]


@fault("F73", checks="D2 D3 O1 V3")
def test_sizes_of_runs_change_between_lives() -> None:
    """Runs of one, of seven, of all: the ledger is the same, byte for byte."""
    plain: dict[str, Any] = {"plain": True, "burst_at": 0.0, "workers": 1, "seconds": 8.0}
    kills = [Fault(0.0, "kill at", 0, "EndTxn", 3, 0.1), Fault(0.0, "kill at", 0, "EndTxn", 2, 0.1)]
    varied = held(*kills, sizes=(1, 7, 2_000), **plain)
    assert varied.happened == ["EndTxn", "EndTxn"]
    assert ledgers(varied) == ledgers(held(**plain))
