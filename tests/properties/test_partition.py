"""What must hold of the fold whatever comes in: idempotency, replay, and that no cut matters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from processors.accounts.account import Account
from processors.accounts.evolve import evolve
from processors.topology import Topology
from tests.driver.busy import START, busy, decoded, ledgers, played
from tests.driver.toy import DAY, TOPIC, engine

if TYPE_CHECKING:
    from processors.topology import Moment

SEEDS = st.integers(min_value=0, max_value=10_000)
SIZE = 60


@settings(max_examples=15)
@given(SEEDS)
def test_the_same_inputs_twice_leave_one_trace(seed: int) -> None:
    """A second delivery has records of its own, and changes no account."""
    topology = played(busy(seed, SIZE))
    before = decoded(topology)
    later = (START + 400 * DAY) // 1000
    for who, value, _ in busy(seed, SIZE):
        topology.send(TOPIC, who.encode(), value, timestamp=later)
    topology.pump()
    assert decoded(topology) == before


@settings(max_examples=15)
@given(SEEDS)
def test_the_ledger_alone_gives_every_account(seed: int) -> None:
    """Folding the ledger from nothing equals what the partitions hold."""
    topology = played(busy(seed, SIZE))
    folded: dict[str, Account] = {}
    for number in range(topology.count):
        for record in topology.ledger(number):
            if record.account is not None:
                account = folded.get(record.account) or Account(record.account)
                folded[record.account] = evolve(account, record)
    assert folded == decoded(topology)


@settings(max_examples=10)
@given(SEEDS, st.integers(min_value=1, max_value=50))
def test_the_size_of_runs_changes_nothing(seed: int, run_size: int) -> None:
    """Without transfers not one byte of any ledger depends on how the input was cut."""
    sent = [one for one in busy(seed, SIZE) if b"give" not in one[1]]
    assert ledgers(played(sent, run_size=run_size)) == ledgers(played(sent))


@settings(max_examples=10)
@given(SEEDS, st.integers(min_value=1, max_value=4))
def test_how_many_accounts_stay_decoded_changes_nothing(seed: int, cached: int) -> None:
    """What a run has changed is never woken from its older bytes, however little is kept."""
    sent = busy(seed, SIZE)
    assert ledgers(played(sent, cached=cached)) == ledgers(played(sent))


@settings(max_examples=10)
@given(SEEDS, st.lists(st.booleans(), min_size=1, max_size=7))
def test_crashes_around_commits_change_nothing(seed: int, pattern: list[bool]) -> None:
    """Seven partitions, dropped by any pattern before and after commits, end the same."""
    asked = 0

    def crash(_number: int, _moment: Moment) -> bool:
        nonlocal asked
        asked += 1
        return pattern[asked % len(pattern)] and asked < 200

    sent = busy(seed, SIZE)
    assert decoded(played(sent, partitions=7, run_size=3, crash=crash)) == decoded(
        played(sent, partitions=7)
    )


def test_a_restart_at_every_cut_changes_nothing() -> None:
    """Stopped after any number of inputs and rebuilt, a partition writes the same ledger."""
    sent = busy(11, 40)
    whole = _cut(sent, len(sent))
    for place in range(len(sent)):
        assert _cut(sent, place) == whole


def _cut(sent: list[tuple[str, bytes, int]], place: int) -> list[list[bytes | None]]:
    topology = Topology(engine(), 1)
    for number, (who, value, timestamp) in enumerate(sent):
        if number == place:
            topology.pump()
            topology.restart(0)
        topology.send(TOPIC, who.encode(), value, timestamp=timestamp)
        topology.run(0)
    topology.pump()
    return ledgers(topology)
