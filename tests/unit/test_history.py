"""The check of what readers saw: a sound history passes, and each planted fault is found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from processors.engine import engine_of
from tests.chaos.history import KINDS, Decided, Seen, check
from tests.chaos.watching import ROLES, entry
from tests.driver.book import END, put, starter
from tests.driver.copied import Recorded
from tests.driver.traffic import Traffic

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.chaos.history import Entry, Place

    Pair = tuple[list[Entry], list[Entry]]


@pytest.fixture(scope="module")
def sound() -> list[Entry]:
    """All that some months of traffic wrote, partition by partition."""
    topology = Recorded(engine_of(starter(), 3), run_size=20)
    put(topology, Traffic(4).make(250))
    topology.pump()
    topology.advance(END)
    found = [
        entry(role, record)
        for role in ROLES
        for log in topology.logs[topology.roles[role]]
        for record in log.read()
    ]
    return [one for one in found if one is not None]


def kinds(
    live: list[Entry], final: list[Entry] | None = None, acknowledged: tuple[Place, ...] = ()
) -> set[str]:
    """What is found. Who reads afterwards sees the same, unless something else is said."""
    found = {one.kind for one in check(live, live if final is None else final, acknowledged)}
    assert found <= set(KINDS)
    return found


def sources(history: list[Entry]) -> tuple[Place, ...]:
    """Every input that was decided."""
    return tuple(one.source for one in history if isinstance(one, Decided) and one.source)


def balances(history: list[Entry]) -> list[Seen]:
    """Balances of the member who has most of them."""
    found = [one for one in history if isinstance(one, Seen) and one.role == "balances"]
    names = [one.group[1] for one in found]
    most = max(sorted(set(names)), key=names.count)
    return [one for one in found if one.group[1] == most]


def test_a_sound_history_has_nothing_wrong(sound: list[Entry]) -> None:
    """And it holds all that could be wrong."""
    assert {one.place[0] for one in sound} == set(ROLES)
    assert check(sound, sound, sources(sound)) == []


def test_an_input_that_was_acknowledged_and_is_gone_is_lost(sound: list[Entry]) -> None:
    """The sender was told that it is safe."""
    assert kinds(sound, acknowledged=(("commerce.purchases.v1", 0, 10**6),)) == {"lost"}


def test_a_record_that_the_reader_passed_over_is_lost(sound: list[Entry]) -> None:
    """It is there, and was never shown to who read beside."""
    left = [one for one in sound if one != balances(sound)[-1]]
    assert "lost" in kinds(left, sound)


def test_a_batch_that_published_nothing_is_lost(sound: list[Entry]) -> None:
    """The ledger has it; no balance, reward, notice, transfer or letter tells of it."""
    ledger = [one for one in sound if isinstance(one, Decided)]
    assert kinds([*ledger]) == {"lost"}


def test_an_input_that_was_decided_twice_is_double(sound: list[Entry]) -> None:
    """The second record follows the chain, as a worker would write it that forgot."""
    ledger = [one for one in sound if isinstance(one, Decided) and one.partition == 0]
    last = ledger[-1]
    first = next(one for one in ledger if one.source is not None)
    again = last._replace(
        offset=last.offset + 9, seq=last.seq + 1, prev=last.hash, hash="x", source=first.source
    )
    assert kinds([*sound, again._replace(promises=())]) == {"double"}


def test_an_output_that_came_twice_is_double(sound: list[Entry]) -> None:
    """Even with the same bytes."""
    one = balances(sound)[0]
    assert kinds([*sound, one._replace(offset=10**6)]) == {"double"}


def test_a_record_that_was_read_twice_is_double(sound: list[Entry]) -> None:
    """The reader was sent back."""
    assert "double" in kinds([*sound, sound[0]], sound)


def test_what_was_shown_and_taken_back_is_an_aborted_read(sound: list[Entry]) -> None:
    """Who came later does not find it."""
    left = [one for one in sound if one != balances(sound)[-1]]
    assert "aborted read" in kinds(sound, left)


def test_other_bytes_at_the_same_place_are_an_aborted_read(sound: list[Entry]) -> None:
    """A log that was cut off and written anew."""
    one = balances(sound)[0]
    other = [x if x != one else one._replace(value=b"other") for x in sound]
    assert kinds(sound, other) == {"aborted read"}


def test_an_output_of_no_record_is_an_aborted_read(sound: list[Entry]) -> None:
    """Somebody published what was never decided."""
    stray = balances(sound)[0]._replace(offset=10**6, id="stray", group=("notices", "nobody", 1))
    assert kinds([*sound, stray._replace(role="notices")]) == {"aborted read"}


def test_an_offset_after_a_higher_one_is_an_inversion(sound: list[Entry]) -> None:
    """The reader saw them the wrong way round."""
    ledger = [one for one in sound if isinstance(one, Decided)]
    first, second = sound.index(ledger[3]), sound.index(ledger[4])
    swapped = list(sound)
    swapped[first], swapped[second] = swapped[second], swapped[first]
    assert "inversion" in kinds(swapped, sound)


def test_balances_in_another_order_are_an_inversion(sound: list[Entry]) -> None:
    """Written the wrong way round."""
    first, second = balances(sound)[:2]
    turned = {
        first.place: second._replace(offset=first.offset),
        second.place: first._replace(offset=second.offset),
    }
    assert "inversion" in kinds([turned.get(one.place, one) for one in sound])


def test_a_batch_that_published_half_is_torn(sound: list[Entry]) -> None:
    """One of its balances is missing, for every reader."""
    left = [one for one in sound if one != balances(sound)[-1]]
    assert kinds(left) == {"torn batch"}


@pytest.mark.parametrize(
    "pick",
    [
        lambda sound: balances(sound)[2],
        lambda sound: [one for one in sound if isinstance(one, Decided)][5],
    ],
    ids=["of a member", "of the ledger"],
)
def test_a_number_that_is_left_out_is_a_gap(
    sound: list[Entry], pick: Callable[[list[Entry]], Entry]
) -> None:
    """What follows says so."""
    missing = pick(sound)
    assert "sequence gap" in kinds([one for one in sound if one != missing])


def test_a_record_that_does_not_continue_the_chain_is_nobodys(sound: list[Entry]) -> None:
    """A writer that escaped its fence changes nothing for any reader."""
    ledger = [one for one in sound if isinstance(one, Decided) and one.partition == 0]
    foreign = ledger[3]._replace(offset=10**6, hash="x", source=("commerce.purchases.v1", 0, 10**6))
    assert kinds([*sound, foreign._replace(promises=())]) == set()
