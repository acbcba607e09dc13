"""Configuration of local brokers: KRaft, broker and controller in one process, one or several."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

HOST = "127.0.0.1"
CLUSTER = "bG95YWx0eWxlZGdlcjAwMQ"
"""The cluster's id: 16 bytes in base64, of no meaning."""
MOST_BYTES = 16 * 1024 * 1024
MOST_REPLICAS = 3


def properties(home: Path, ports: Sequence[int], number: int = 1) -> str:
    """The properties file of the server `number`, counted from one, of those at `ports`.

    Every internal topic has as many replicas as there are servers, at most three; what is
    acknowledged is on all of them but one. Each server's controller listens at the next port.
    """
    port = ports[number - 1]
    copies = min(MOST_REPLICAS, len(ports))
    settings = {
        "process.roles": "broker,controller",
        "node.id": number,
        "listeners": f"PLAINTEXT://{HOST}:{port},CONTROLLER://{HOST}:{port + 1}",
        "advertised.listeners": f"PLAINTEXT://{HOST}:{port}",
        "controller.listener.names": "CONTROLLER",
        **_quorum(ports),
        "log.dirs": home / "data",
        "auto.create.topics.enable": "false",
        "min.insync.replicas": max(1, copies - 1),
        "offsets.topic.replication.factor": copies,
        "offsets.topic.num.partitions": 4,
        "transaction.state.log.replication.factor": copies,
        "transaction.state.log.min.isr": max(1, copies - 1),
        "transaction.state.log.num.partitions": 4,
        "share.coordinator.state.topic.replication.factor": copies,
        "share.coordinator.state.topic.min.isr": max(1, copies - 1),
        "group.initial.rebalance.delay.ms": 0,
        "group.min.session.timeout.ms": 1000,
        "broker.session.timeout.ms": 2000,
        "broker.heartbeat.interval.ms": 500,
        "controller.quorum.fetch.timeout.ms": 1000,
        "controller.quorum.election.timeout.ms": 500,
        "leader.imbalance.check.interval.seconds": 10,
        "log.cleaner.dedupe.buffer.size": 2 * 1024 * 1024,
        "log.segment.bytes": 256 * 1024 * 1024,
        "message.max.bytes": MOST_BYTES,
        "replica.fetch.max.bytes": MOST_BYTES,
        "num.network.threads": 2,
        "num.io.threads": 4,
    }
    return written(settings)


def _quorum(ports: Sequence[int]) -> dict[str, str]:
    """How controllers find each other. A single one keeps its quorum in its own storage."""
    if len(ports) == 1:
        return {"controller.quorum.bootstrap.servers": f"{HOST}:{ports[0] + 1}"}
    voters = [f"{number}@{HOST}:{port + 1}" for number, port in enumerate(ports, 1)]
    return {"controller.quorum.voters": ",".join(voters)}


def written(settings: Mapping[str, object]) -> str:
    """Settings as lines of a properties file."""
    return "".join(f"{name}={value}\n" for name, value in settings.items())
