"""Every output of real traffic is what the contract says, and its id says which one it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from processors.partition.records import BALANCES, ELIGIBILITY, NOTICES
from projections.outputs import outputs
from schemas.outputs import OUTPUTS
from tests.driver.book import book
from tests.driver.traffic import Traffic

if TYPE_CHECKING:
    from processors.partition import Fetched
    from processors.topology import Topology

ROLES = (BALANCES, ELIGIBILITY, NOTICES)


@pytest.fixture(scope="module", params=[11, 12, 13])
def topology(request: pytest.FixtureRequest) -> Topology:
    """The starter program's book after some months."""
    seed: int = request.param
    return book(Traffic(seed).make(300))


def attributes(record: Fetched) -> dict[str, str]:
    """The CloudEvents attributes of an output."""
    return {name.removeprefix("ce_"): value.decode() for name, value in record.headers}


def test_every_output_is_read_by_its_strict_model(topology: Topology) -> None:
    """No field is missing, none is too many, none has another form."""
    read: set[str] = set()
    for role in ROLES:
        for record in topology.written(role):
            kind = attributes(record)["type"]
            OUTPUTS[kind].model_validate_json(record.value or b"")
            read.add(kind)
    assert len(read) > 4


def test_no_id_is_used_twice(topology: Topology) -> None:
    """A consumer that drops known ids loses nothing."""
    names = [attributes(record)["id"] for role in ROLES for record in topology.written(role)]
    assert len(names) == len(set(names)) > 300


def test_a_projection_beside_gives_the_bytes_that_were_written_inline(topology: Topology) -> None:
    """From the ledger alone, later."""
    for number in range(topology.count):
        fresh = [output for record in topology.ledger(number) for output in outputs(record)]
        for role in ROLES:
            written = [
                (record.key, record.value, tuple(record.headers))
                for record in topology.logs[role][number].read()
            ]
            assert written == [(o.key, o.value, o.headers) for o in fresh if o.role == role]
