"""Programs against a second, slow reading of their rules: every balance after every event."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.engine import engine_of
from processors.programs.load import load
from processors.topology import Topology
from schemas.ledger import DECODER
from tests.driver.book import put
from tests.model.rules import RULES, silver
from tests.story.till import Till

EVENTS = 120
KEYS = (
    "available",
    "pending",
    "reserved",
    "debt",
    "lifetime_earned",
    "lifetime_redeemed",
    "lifetime_expired",
)


@pytest.mark.parametrize("program", sorted(RULES))
@settings(max_examples=4)
@given(seed=st.integers(min_value=0, max_value=1_000_000))
def test_every_balance_is_the_models(program: str, seed: int) -> None:
    """Also every refusal, and the tier where the program has one that the model knows."""
    rules = RULES[program]
    topology = Topology(engine_of(load(program), 1), 1)
    till = Till(rules, seed)
    told = 0
    for _ in range(EVENTS):
        sent, who, expected = till.next()
        topology.advance(sent.time - 1)
        put(topology, [sent])
        topology.pump()
        decided = DECODER.decode(topology.written("ledger")[-1].value or b"")
        reason = decided.refusals[0].reason if decided.refusals else decided.outcome
        assert reason == expected, sent.value
        balances = topology.written("balances")
        fresh = [one.value for one in balances[told:] if one.key == who.encode()]
        told = len(balances)
        if fresh:
            latest = json.loads(fresh[-1] or b"{}")
            said = {name: int(str(latest["balances"][rules.unit][name])) for name in KEYS}
            assert said == till.members[who].balance(), sent.value
            if program == "siebel-airline":
                tier = "silver" if silver(till.members[who].activities, till.now) else "blue"
                assert latest["tiers"]["status"]["tier"] == tier
