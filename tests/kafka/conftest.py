"""One broker for all Kafka tests: the one that is given, else a container, else a local one."""

from __future__ import annotations

import os
from itertools import count
from typing import TYPE_CHECKING

import pytest

from processors.runtime.broker.server import start, stop
from tests.kafka import container

if TYPE_CHECKING:
    from collections.abc import Iterator

NUMBERS = count(1)


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a broker that serves. What was started here is stopped, whatever happens."""
    given = os.environ.get("LOYALTY_TEST_BROKER") or os.environ.get("LOYALTY_BROKER")
    if given:
        yield given
    elif container.answers():
        yield from container.running()
    else:
        home = tmp_path_factory.mktemp("broker")
        try:
            yield start(home).address
        finally:
            stop(home)


@pytest.fixture
def prefix(request: pytest.FixtureRequest) -> str:
    """A prefix of topics that no other test uses, nor another run on the same broker."""
    name = "".join(letter if letter.isalnum() else "-" for letter in request.node.name)
    return f"t{os.getpid()}-{next(NUMBERS)}-{name[:60]}."
