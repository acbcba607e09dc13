"""A plugin of pytest's: which tests run and in what order, what each runs and costs, who failed.

It is told by LOYALTY_MUTATION, a path: `PATH.plan` says what to do, `PATH.told` what came of it.
"""

from __future__ import annotations

import json
import os
import resource
import time
from pathlib import Path
from typing import TYPE_CHECKING

import coverage
import pytest
from hypothesis import Phase, settings

if TYPE_CHECKING:
    from collections.abc import Iterator

VARIABLE = "LOYALTY_MUTATION"
HERE = os.environ.get(VARIABLE)


class Told:
    """What came of a run: the tests that failed, and the seconds of a core that each took."""

    def __init__(self, path: str) -> None:
        self.path = Path(path + ".told")
        plan = json.loads(Path(path + ".plan").read_text("utf-8"))
        self.order: dict[str, int] | None = None
        if plan.get("tests") is not None:
            self.order = {name: index for index, name in enumerate(plan["tests"])}
        self.failed: dict[str, None] = {}
        self.seconds: dict[str, float] = {}
        if (limit := plan.get("seconds")) is not None:
            resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 5))

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Only the tests of the plan, in its order."""
        if self.order is not None:
            order = self.order
            items[:] = sorted(
                (one for one in items if one.nodeid in order), key=lambda one: order[one.nodeid]
            )

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """What a test runs from its set-up to its end is noted under its name."""
        measured = coverage.Coverage.current()
        if measured is not None:
            measured.switch_context(item.nodeid)
        began = time.process_time()
        try:
            return (yield)
        finally:
            self.seconds[item.nodeid] = round(time.process_time() - began, 4)
            if measured is not None:
                measured.switch_context("")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Who fails sees the mutant."""
        if report.failed:
            self.failed[report.nodeid] = None

    def pytest_sessionfinish(self) -> None:
        """All is written in the end; whoever is killed has written nothing."""
        told = {"failed": list(self.failed), "seconds": self.seconds}
        self.path.write_text(json.dumps(told), "utf-8")


def pytest_configure(config: pytest.Config) -> None:
    """There is something to do only for whoever is told so."""
    if HERE:
        config.pluginmanager.register(Told(HERE))
        # That a property fails is enough; the smallest example for it would take its time.
        at_once = [one for one in Phase if one not in {Phase.shrink, Phase.explain}]
        settings.register_profile("at once", settings.default, phases=at_once)
        settings.load_profile("at once")
