"""Members live under any program, one step after another; after each step the book must balance.

A failing life is shrunk to the few steps that it takes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from processors.engine import engine_of
from processors.topology import Topology
from schemas.ledger import DECODER
from tests.driver.book import accounts, put, refolded
from tests.driver.checking import verified
from tests.driver.library import PROGRAMS, program_of
from tests.driver.lives import Lives
from tests.driver.traffic import DAY, HOUR
from tests.properties.test_every_program import AFTER

if TYPE_CHECKING:
    from tests.driver.traffic import Sent

PARTITIONS = 2
ACTS = (
    "purchase",
    "refund",
    "progress",
    "activity",
    "review",
    "moderate",
    "survey",
    "profile",
    "membership",
    "opt_in",
    "choose",
    "adjust",
    "redeem",
    "close",
    "use",
    "referral",
    "recognise",
)
LATE = ("purchase", "refund", "progress", "activity", "review", "redeem", "adjust")
LUCK = st.integers(min_value=0, max_value=1_000_000)


class Membership(RuleBasedStateMachine):
    """A program, a handful of members, and a ledger that grows record by record."""

    @initialize(name=st.sampled_from(PROGRAMS))
    def begin(self, name: str) -> None:
        """Everybody joins."""
        model, program = program_of(name)
        self.topology = Topology(engine_of(program, PARTITIONS), PARTITIONS)
        self.lives = Lives(model, 1, members=2)
        self.told = 0
        self.folded = [0] * PARTITIONS
        self.sums: dict[tuple[str, str], int] = {}
        self.sequences: dict[str, int] = {}
        for who in self.lives.members:
            self.lives.enrol(who)
        self.tell()

    def tell(self) -> list[Sent]:
        """Fold what the members have done since the last time."""
        fresh = self.lives.sent[self.told :]
        self.told = len(self.lives.sent)
        put(self.topology, fresh)
        self.topology.pump()
        return fresh

    def act(self, what: str, luck: int) -> None:
        """Somebody does something; luck says who, and what of the many things it may be."""
        self.lives.chance.seed(luck)
        getattr(self.lives, what)()

    @rule(what=st.sampled_from(ACTS), luck=LUCK, hours=st.integers(min_value=0, max_value=100))
    def somebody_acts(self, what: str, luck: int, hours: int) -> None:
        """Some hours later a member does something."""
        self.lives.now += hours * HOUR
        self.act(what, luck)
        self.tell()

    @rule(what=st.sampled_from(LATE), luck=LUCK, days=st.integers(min_value=1, max_value=25))
    def somebody_is_reported_late(self, what: str, luck: int, days: int) -> None:
        """What was done some days ago arrives now."""
        now = self.lives.now
        self.lives.now -= days * DAY
        self.act(what, luck)
        self.lives.now = now
        fresh = self.lives.sent[self.told :]
        self.lives.sent[self.told :] = [one._replace(arrival=now) for one in fresh]
        self.tell()

    @precondition(lambda self: self.told > 0)
    @rule(place=st.integers(min_value=1, max_value=20))
    def an_event_comes_again(self, place: int) -> None:
        """A second delivery changes no account."""
        sent = self.lives.sent[max(0, self.told - place)]
        before = {name: account.sequence for name, account in accounts(self.topology).items()}
        put(self.topology, [sent._replace(arrival=self.lives.now)])
        self.topology.pump()
        if sent.time > self.lives.now - 25 * DAY:
            after = {name: account.sequence for name, account in accounts(self.topology).items()}
            assert after == before

    @rule(days=st.integers(min_value=1, max_value=200))
    def nobody_does_anything(self, days: int) -> None:
        """Time passes for everybody."""
        self.lives.now += days * DAY
        self.topology.advance(self.lives.now)

    @rule(number=st.integers(min_value=0, max_value=PARTITIONS - 1))
    def a_partition_is_rebuilt(self, number: int) -> None:
        """Its snapshots and its ledger give the state that was there."""
        before = accounts(self.topology)
        self.topology.restart(number)
        assert accounts(self.topology) == before

    @invariant()
    def the_book_balances(self) -> None:
        """Buckets sum to zero unit by unit, sequences have no gap, lots agree with totals."""
        for number in range(PARTITIONS):
            log = self.topology.logs["ledger"][number]
            for fetched in log.read(self.folded[number]):
                self.book(fetched.value or b"")
            self.folded[number] = len(log.records)
        for unit in {unit for unit, _ in self.sums}:
            assert sum(amount for (other, _), amount in self.sums.items() if other == unit) == 0
        for account in accounts(self.topology).values():
            for unit, totals in account.totals.items():
                lots = [lot for lot in account.lots.values() if lot.unit == unit]
                assert min((lot.available for lot in lots), default=0) >= 0
                assert min((lot.pending for lot in lots), default=0) >= 0
                assert min((lot.reserved for lot in lots), default=0) >= 0
                assert sum(lot.available for lot in lots) == totals.available
                assert sum(lot.pending for lot in lots) == totals.pending
                assert sum(lot.reserved for lot in lots) == totals.reserved
                assert min(totals.available, totals.debt) >= 0
                held = totals.available + totals.reserved - totals.debt
                assert held == totals.earned - totals.redeemed - totals.expired

    def book(self, value: bytes) -> None:
        """One record more: where its points went, and which update of its member it is."""
        record = DECODER.decode(value)
        for entry in record.entries:
            for leg in entry.legs:
                for bucket, amount in ((leg.source, -leg.amount), (leg.target, leg.amount)):
                    key = entry.unit, bucket
                    self.sums[key] = self.sums.get(key, 0) + amount
        if record.member_sequence is not None and record.account is not None:
            assert record.member_sequence == self.sequences.get(record.account, 0) + 1
            self.sequences[record.account] = record.member_sequence

    def teardown(self) -> None:
        """In the end, all of it can be verified from the topics alone."""
        if hasattr(self, "topology"):
            self.topology.advance(self.lives.now + AFTER)
            assert refolded(self.topology) == accounts(self.topology)
            assert verified(self.topology).findings == ()


TestMembership = Membership.TestCase
TestMembership.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
