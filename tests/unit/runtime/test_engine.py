"""What an operator sets is what his workers decide by."""

from __future__ import annotations

from processors.partition import Fetched, Partition
from processors.runtime.engine import engine_by
from processors.runtime.settings import Settings
from tests.driver.book import starter
from tests.driver.traffic import START, STRUCTURED, cloud_event

MINUTE = 60_000_000
SURVEY = "engagement.nps.answered.v1"


def outcomes(partition: Partition, *ahead: int) -> dict[str, int]:
    """What becomes of events that lie so far ahead of their arrival."""
    values = [
        cloud_event(SURVEY, f"{place}", "ann", START + far, {"survey_id": f"{place}", "score": 9})
        for place, far in enumerate(ahead)
    ]
    arrival = START // 1000
    return partition.fold(
        [
            Fetched("surveys", 0, place, arrival, b"ann", value, STRUCTURED)
            for place, value in enumerate(values)
        ]
    ).outcomes


def test_how_far_an_event_may_lie_ahead_is_a_setting() -> None:
    """A minute where a minute is allowed, and no moment more."""
    engine = engine_by(Settings(partitions=1, future_limit_seconds=60), starter())
    assert outcomes(Partition(engine, 0, 1), MINUTE, MINUTE + 1) == {
        "accepted": 1,
        "dead_lettered": 1,
    }


def test_ledgers_of_other_settings_do_not_mix() -> None:
    """Neither their transfers nor the accounts of aliases are named alike."""

    def engine(prefix: str, pepper: str) -> tuple[str, str, str]:
        settings = Settings.model_validate({"output_prefix": prefix, "alias_secret": pepper})
        made = engine_by(settings, starter())
        return made.transfers_topic, made.aliases, made.account_of("email:ann@example.org")

    plain, other = engine("", "salt"), engine("test.", "pepper")
    assert all(mine != theirs for mine, theirs in zip(plain, other, strict=True))
