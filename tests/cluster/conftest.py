"""One cluster of three brokers for all of these tests. It is always a local one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.chaos.brokers import Brokers, cluster
from tests.kafka.conftest import prefix

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["brokers", "prefix", "whole"]
WORKERS = 2


@pytest.fixture(scope="session")
def brokers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Brokers]:
    """Three brokers, and the lanes of two workers. Stopped at the end, whatever happens."""
    with cluster(tmp_path_factory.mktemp("cluster") / "brokers", WORKERS) as running:
        yield running


@pytest.fixture
def whole(brokers: Brokers) -> Iterator[Brokers]:
    """The cluster with nothing wrong, before the test and after it."""
    brokers.start()
    try:
        yield brokers
    finally:
        brokers.mend()
        brokers.wake()
        brokers.start()
