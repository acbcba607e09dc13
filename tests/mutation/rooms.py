"""Which files are mutated, how they are grouped, and a sample of their mutants."""

from __future__ import annotations

from collections import defaultdict
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

from tests.mutation.mutants import Mutant, mutants

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT = Path(__file__).parents[2]
LEFT = {
    "processors/runtime/cli": "what it prints is compared with README.md and read by people",
    "processors/runtime/broker": "it starts a JVM, which tests/kafka does",
    "processors/runtime/admin.py": "it asks a real broker, as tests/kafka does",
    "processors/runtime/app.py": "Faust's shell around the owner runs in tests/kafka alone",
    "processors/runtime/worker.py": "a process of its own, which tests/kafka starts and kills",
    "processors/runtime/reading.py": "it reads from a real broker, as tests/kafka does",
    "processors/runtime/verifying.py": "it reads from a real broker, as tests/kafka does",
    "processors/runtime/letters.py": "it reads from a real broker, as tests/kafka does",
    "processors/runtime/pages.py": "pages of the worker's server, which tests/kafka asks for",
    "processors/runtime/sending.py": "it writes to a real broker, as tests/kafka does",
    "processors/runtime/logs.py": "how lines look",
}
"""Not mutated: the suites that run here do not reach it."""
CORE = {"accounts", "decisions", "late", "partition", "verify", "projections", "core"}
"""Rooms that get twice the share."""


def files() -> list[str]:
    """Every file that is mutated."""
    found = sorted(
        str(path.relative_to(ROOT))
        for room in ("processors", "projections")
        for path in (ROOT / room).rglob("*.py")
    )
    return [file for file in found if not any(file.startswith(left) for left in LEFT)]


def room(file: str) -> str:
    """What a file is counted under: its package; what lies beside the packages is the core."""
    first, *rest = Path(file).parent.parts
    if first == "projections":
        return first
    return "/".join(rest[:2]) if rest[:2] == ["programs", "lint"] else (rest or ["core"])[0]


def sample(size: int, seed: int, among: Iterable[str]) -> list[Mutant]:
    """One mutant of each file, then by the files' shares; a larger sample holds a smaller one."""
    places: list[tuple[float, bytes, Mutant]] = []
    for file in among:
        mixed = sorted((_mixed(seed, one), one) for one in mutants(ROOT, file))
        share = len(mixed) * (2 if room(file) in CORE else 1)
        places += [(rank / share, mix, one) for rank, (mix, one) in enumerate(mixed)]
    return [one for _, _, one in sorted(places)[:size]]


def population() -> dict[str, int]:
    """How many mutants there are in each room."""
    counted: dict[str, int] = defaultdict(int)
    for file in files():
        counted[room(file)] += len(mutants(ROOT, file))
    return dict(counted)


def _mixed(seed: int, mutant: Mutant) -> bytes:
    """Chance that the rest of the code has no part in."""
    return blake2b(f"{seed}|{mutant.id}".encode(), digest_size=8).digest()
