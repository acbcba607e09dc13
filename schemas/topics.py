"""Every topic: what it carries, how it is kept, and who alone writes it (contract, section 2)."""

from __future__ import annotations

from typing import Literal, NamedTuple

DAY_MS = 86_400_000
FOR_EVER = -1
INPUT_BYTES = 1_048_588
OUTPUT_BYTES = 16 * 1024 * 1024
"""Topics that we write accept larger records than those we read."""

AHEAD_MS = 3_600_000
"""A record's timestamp is when it arrived, so no producer may stamp it later than it is: it would
move its member's clock, and all that comes after would be late. Brokers since 4.0 see to that by
themselves, those since 3.6 where they are told."""

Cleanup = Literal["delete", "compact"]


class Topic(NamedTuple):
    """One topic. `role` names it in code; `name` is the contract's, before any prefix."""

    role: str
    name: str
    carries: str
    writer: Literal["producers", "ledger"]
    cleanup: Cleanup = "delete"
    retention_ms: int = FOR_EVER
    max_message_bytes: int = OUTPUT_BYTES

    @property
    def is_input(self) -> bool:
        """True for what producers write."""
        return self.writer == "producers"

    def settings(self, *, replicas: int) -> dict[str, str]:
        """The topic's settings on the broker."""
        settings = {
            "cleanup.policy": self.cleanup,
            "max.message.bytes": str(self.max_message_bytes),
            "min.insync.replicas": str(max(1, replicas - 1)),
            "message.timestamp.type": "CreateTime",
        }
        if self.is_input:
            settings["message.timestamp.after.max.ms"] = str(AHEAD_MS)
        if self.cleanup == "delete":
            settings["retention.ms"] = str(self.retention_ms)
        else:
            settings["max.compaction.lag.ms"] = str(7 * DAY_MS)
        return settings


def _input(role: str, name: str, carries: str) -> Topic:
    return Topic(role, name, carries, "producers", max_message_bytes=INPUT_BYTES)


TOPICS = (
    _input("purchases", "commerce.purchases.v1", "commerce.purchase.*"),
    _input("referrals", "engagement.referrals.v1", "engagement.referral.*"),
    _input("reviews", "engagement.reviews.v1", "engagement.review.*, engagement.nps.*"),
    _input(
        "activities",
        "engagement.activities.v1",
        "engagement.activity.*, engagement.recognition.*",
    ),
    _input("members", "loyalty.members.v1", "loyalty.member.*, loyalty.membership.*"),
    _input(
        "requests",
        "loyalty.requests.v1",
        "loyalty.redemption.*, .points.*, .promotion.*, .bonus_day.*, .entitlement.*",
    ),
    Topic("ledger", "loyalty.ledger.v1", "one record for each decided input", "ledger"),
    Topic(
        "balances", "loyalty.balances.v1", "whole balances, latest per member", "ledger", "compact"
    ),
    Topic(
        "eligibility",
        "loyalty.eligibility.v1",
        "rewards gained, withdrawn, consumed, expired",
        "ledger",
        retention_ms=90 * DAY_MS,
    ),
    Topic(
        "notices",
        "loyalty.notices.v1",
        "tier changes, points about to expire, announcements",
        "ledger",
        retention_ms=90 * DAY_MS,
    ),
    Topic(
        "dead_letters",
        "loyalty.dead-letters.v1",
        "inputs that could not be read, with reasons",
        "ledger",
        retention_ms=30 * DAY_MS,
    ),
    Topic("transfers", "loyalty.transfers.v1", "effects of one account on another", "ledger"),
    Topic(
        "snapshots",
        "loyalty.snapshots.v1",
        "account states, and each partition's head",
        "ledger",
        "compact",
    ),
)
BY_ROLE = {topic.role: topic for topic in TOPICS}


class Names:
    """The topics' names in one deployment."""

    def __init__(self, input_prefix: str = "", output_prefix: str = "") -> None:
        self.input_prefix = input_prefix
        self.output_prefix = output_prefix

    def of(self, role: str) -> str:
        """The name of the topic with this role."""
        topic = BY_ROLE[role]
        return (self.input_prefix if topic.is_input else self.output_prefix) + topic.name

    def inputs(self) -> tuple[str, ...]:
        """All that a worker reads: what producers write, and transfers."""
        read = [topic.role for topic in TOPICS if topic.is_input] + ["transfers"]
        return tuple(sorted(self.of(role) for role in read))
