"""What a run consists of: everything that its seed decides."""

from __future__ import annotations

import json
import random
from dataclasses import asdict, dataclass, replace

from tests.simulator.faults import Fault, schedule

FAULTY_SECONDS = 20.0


@dataclass(frozen=True)
class Plan:
    """One run."""

    seed: int
    brokers: int = 1
    workers: int = 2
    partitions: int = 2
    events: int = 60
    members: int = 16
    run_records: int = 2_000
    waiting_records: int = 8_000
    cached_accounts: int = 20_000
    seconds: float = FAULTY_SECONDS
    """For how long events arrive and things go wrong."""
    plain: bool = False
    """Orders and returns alone: nothing then depends on when something arrives."""
    burst_at: float = -1.0
    """All events arrive at that time, before the workers start if it is 0; evenly if negative."""
    gaps: bool = False
    """Producers of inputs use transactions, and abort some of them."""
    rival: bool = False
    """The last worker believes to be alone, as one of another group, until all is healed."""
    options: tuple[tuple[str, float], ...] = ()
    """Settings of the workers that differ."""
    sizes: tuple[int, ...] = ()
    """Sizes of runs, of one life of a worker after the other."""
    faults: tuple[Fault, ...] = ()

    def without(self, faults: tuple[Fault, ...]) -> Plan:
        """The same with these faults alone."""
        return replace(self, faults=faults)

    def dump(self) -> str:
        """As JSON, from which `load` makes it again."""
        return json.dumps(asdict(self))

    @classmethod
    def load(cls, text: str) -> Plan:
        """A plan from its JSON."""
        found = json.loads(text)
        found["faults"] = tuple(Fault(*fault) for fault in found["faults"])
        found["options"] = tuple((name, value) for name, value in found["options"])
        return cls(**found | {"sizes": tuple(found["sizes"])})


def plan_of(seed: int) -> Plan:
    """The plan of a seed."""
    chance = random.Random(f"plan {seed}")
    workers = chance.choice([1, 2, 2, 2, 3])
    brokers = chance.choice([1, 1, 2, 3])
    faults = schedule(chance, workers, brokers, FAULTY_SECONDS)
    return Plan(
        seed,
        brokers,
        workers,
        partitions=chance.choice([1, 2, 2, 3]),
        events=chance.randint(40, 110),
        members=chance.choice([4, 12, 24]),
        run_records=chance.choice([1, 3, 10, 2_000]),
        waiting_records=chance.choice([2, 20, 8_000]),
        cached_accounts=chance.choice([1, 3, 20_000]),
        gaps=chance.random() < 0.2,
        faults=tuple(faults),
    )
