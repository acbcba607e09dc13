"""Many seeds on several processes, how far they are, and a report on one that fails."""

from __future__ import annotations

import json
import multiprocessing
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from tests.simulator.plan import plan_of
from tests.simulator.run import run, run_seed
from tests.simulator.shrink import shrunk

if TYPE_CHECKING:
    from tests.simulator.run import Result

INTERRUPTED = 130
SAY_SECONDS = 10.0


def many(seeds: int, start: int, processes: int) -> int:
    """Run seeds until they are done, one fails, or somebody interrupts."""
    began, done, failed = time.monotonic(), 0, None
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    pool = multiprocessing.get_context("spawn").Pool(processes, _quiet)
    code = 0
    try:
        with _progress(seeds) as advance:
            for result in pool.imap_unordered(run_seed, range(start, start + seeds)):
                done += 1
                advance(result, done)
                if result.failure:
                    failed = result
                    break
    except KeyboardInterrupt:
        code = INTERRUPTED
    finally:
        pool.terminate()
        pool.join()
    took = time.monotonic() - began
    said = {"seeds": done, "start": start, "seconds": round(took, 1)}
    print(json.dumps(said | {"per_minute": round(done / took * 60)}))
    if failed is not None:
        report(failed)
        return 1
    return code


def report(failed: Result) -> None:
    """The seed, what was wrong, the shortest schedule found, and how to see it again."""
    print(f"seed {failed.seed} failed: {failed.failure}")
    print(f"again: make simulate SEEDS=1 SEED_START={failed.seed}")
    plan = shrunk(plan_of(failed.seed), lambda plan: bool(run(plan).failure))
    print(f"{len(plan.faults)} faults are enough:")
    for fault in plan.faults:
        print(f"  {fault}")
    path = Path(f"simulated-{failed.seed}.json")
    path.write_text(plan.dump(), "utf-8")
    print(f"again, these alone: python -m tests.simulator --plan {path}")


def _quiet() -> None:
    """Whoever interrupts means the parent, which ends its children."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


class _progress:  # noqa: N801 - used as a function
    """A bar on a terminal; a line every few seconds elsewhere."""

    def __init__(self, seeds: int) -> None:
        console = Console()
        self.said = time.monotonic()
        self.bar = None
        if console.is_terminal:
            self.bar = Progress(
                TextColumn("simulating"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeRemainingColumn(),
                console=console,
            )
            self.task = self.bar.add_task("", total=seeds)

    def __enter__(self) -> Self:
        if self.bar is not None:
            self.bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.bar is not None:
            self.bar.stop()

    def __call__(self, result: Result, done: int) -> None:
        """One more is done."""
        if self.bar is not None:
            self.bar.advance(self.task)
        elif time.monotonic() - self.said > SAY_SECONDS:
            self.said = time.monotonic()
            print(json.dumps({"seeds": done, "last": result.seed}), flush=True)
