"""The faults of the catalogue one by one, each brought about on purpose.

Every scenario ends healed and is judged as every seed is: safety all along, then convergence, the
checker behind `ledger verify`, and equality with the independent model.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pytest
from aiokafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor

from processors.partition import Fetched
from processors.runtime import thread, writer
from processors.runtime.faults import Exit
from processors.runtime.letters import letter_of
from schemas.values import parse_instant
from tests.faults import fault
from tests.simulator.faults import Fault
from tests.simulator.plan import Plan
from tests.simulator.run import lived, played
from tests.simulator.scenes import SHORT, held, ledgers, lives
from tests.simulator.strangers import write_again
from tests.simulator.world import EPOCH, World

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


CRAMPED = {"run_records": 2_000, "waiting_records": 2, "cached_accounts": 1}


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


@fault("F02", checks="O1 L1")
def test_who_wakes_in_another_assignment_knows_nothing_of_the_old_one() -> None:
    """What was answered meanwhile is dropped by the client; what lay in it is not passed over."""
    nap = Fault(3.912, "pause", 0, "", 1, 9.361)
    held(nap, seed=1174, brokers=2, workers=1, events=97, members=24, seconds=20.0, **CRAMPED)


@fault("F02", checks="V3 V4 O1 D1 L1")
@pytest.mark.parametrize("step", ["AddPartitionsToTxn", "Produce", "EndTxn"])
def test_a_zombie_that_nobody_fenced_is_passed_over(step: str) -> None:
    """What it writes to the ledger once more continues nothing; later offsets are right again."""
    world = World(Plan(1, events=40, seconds=SHORT, run_records=5))
    for _ in range(3):
        world.at_step(0, step, 4, lambda: write_again(world))
    assert not played(world).failure
    assert len(world.watch.strangers) > 2


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
    """Input that cannot be read waits for its topic, and is set aside once it is back.

    Each letter says when that was, by the clock of who wrote it.
    """
    places = [Fault(0.5, "no leader", 0, "dead_letters", number, 9.0) for number in (0, 1)]
    world = held(*places, seed=4, events=80, seconds=16.0)
    logs = world.cluster.topics[world.settings.names.of("dead_letters")]
    letters = [record for log in logs for record in log.committed()]
    written = [parse_instant(letter_of(Fetched(*letter)).failed) // 1000 for letter in letters]
    assert letters
    assert all(
        EPOCH * 1000 < said <= letter.timestamp
        for said, letter in zip(written, letters, strict=True)
    )


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
    assert not any(slot.codes for slot in world.slots), "who had nothing to do is not stuck"


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
