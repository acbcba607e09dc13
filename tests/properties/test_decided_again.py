"""The inputs decided again, in the ledger's order, give the same ledger, byte for byte (D2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.engine import engine_of
from processors.topology import Topology
from tests.driver.book import put
from tests.driver.library import PROGRAMS, program_of
from tests.driver.lives import Lives
from tests.driver.merging import mingled
from tests.driver.redeciding import differences
from tests.driver.traffic import DAY
from tests.properties.test_late_starts import late_lives

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.driver.traffic import Sent

FIGURE = b'"lifetime_earned":"'
KINDS: dict[str, Callable[[str, int], list[Sent]]] = {
    "in time": lambda name, seed: Lives(program_of(name)[0], seed).make(110),
    "late": late_lives,
    "merged": lambda name, seed: mingled(Lives(program_of(name)[0], seed).make(90), seed),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", PROGRAMS)
@settings(max_examples=2)
@given(seed=st.integers(0, 1_000_000), run_size=st.sampled_from([1, 9, 2_000]), whole=st.booleans())
def test_a_ledger_is_what_its_inputs_give(
    name: str, kind: str, seed: int, run_size: int, *, whole: bool
) -> None:
    """Whatever the runs were, and whether accounts keep their whole history or checkpoints."""
    sent = KINDS[kind](name, seed)
    engine = engine_of(program_of(name)[1], 3)._replace(whole=512 if whole else 4)
    topology = Topology(engine, 3, run_size)
    put(topology, sent)
    topology.pump()
    for number in range(3):
        topology.restart(number)
    topology.advance(sent[-1].time + 400 * DAY)
    assert differences(topology) == []


def test_a_record_that_does_not_follow_from_its_input_is_seen() -> None:
    """One figure of one record is another; all the others are found to be right."""
    topology = Topology(engine_of(program_of("starter")[1], 1), 1)
    put(topology, Lives(program_of("starter")[0], 3).make(40))
    topology.pump()
    records = topology.logs["ledger"][0].records
    place, forged = next(
        (place, record)
        for place, record in enumerate(records)
        if record is not None and FIGURE in (record.value or b"")
    )
    value = (forged.value or b"").replace(FIGURE, FIGURE + b"1", 1)
    records[place] = forged._replace(value=value)
    assert [one.was for one in differences(topology)] == [value]
