"""Apache Kafka's own image in a container, for machines where Docker answers."""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from testcontainers.core.config import testcontainers_config
from testcontainers.core.container import DockerContainer
from testcontainers.core.wait_strategies import LogMessageWaitStrategy

from processors.runtime.broker.config import CLUSTER

if TYPE_CHECKING:
    from collections.abc import Iterator

IMAGE = "apache/kafka:4.1.2"
PORT = 9092
SCRIPT = "/tmp/start.sh"  # noqa: S108  # a path in the container
START_SECONDS = 120
SETTINGS = {
    "CLUSTER_ID": CLUSTER,
    "KAFKA_NODE_ID": "1",
    "KAFKA_PROCESS_ROLES": "broker,controller",
    "KAFKA_CONTROLLER_QUORUM_VOTERS": "1@localhost:9094",
    "KAFKA_CONTROLLER_LISTENER_NAMES": "CONTROLLER",
    "KAFKA_LISTENERS": f"OUTSIDE://:{PORT},INSIDE://:9093,CONTROLLER://:9094",
    "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": (
        "OUTSIDE:PLAINTEXT,INSIDE:PLAINTEXT,CONTROLLER:PLAINTEXT"
    ),
    "KAFKA_INTER_BROKER_LISTENER_NAME": "INSIDE",
    "KAFKA_AUTO_CREATE_TOPICS_ENABLE": "false",
    "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
    "KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS": "4",
    "KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "1",
    "KAFKA_TRANSACTION_STATE_LOG_MIN_ISR": "1",
    "KAFKA_TRANSACTION_STATE_LOG_NUM_PARTITIONS": "4",
    "KAFKA_SHARE_COORDINATOR_STATE_TOPIC_REPLICATION_FACTOR": "1",
    "KAFKA_SHARE_COORDINATOR_STATE_TOPIC_MIN_ISR": "1",
    "KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS": "0",
    "KAFKA_GROUP_MIN_SESSION_TIMEOUT_MS": "1000",
    "KAFKA_MESSAGE_MAX_BYTES": str(16 << 20),
    "KAFKA_REPLICA_FETCH_MAX_BYTES": str(16 << 20),
}


def answers() -> bool:
    """True when a Docker engine is in reach: asked plainly, for a refusal costs its client dear."""
    address = urlsplit(os.environ.get("DOCKER_HOST") or "unix:///var/run/docker.sock")
    local = address.scheme == "unix"
    try:
        with socket.socket(socket.AF_UNIX if local else socket.AF_INET) as line:
            line.settimeout(2)
            line.connect(address.path if local else (address.hostname, address.port or 2375))
            line.sendall(b"GET /_ping HTTP/1.0\r\n\r\n")
            return line.recv(64).startswith(b"HTTP/1.")
    except OSError:
        return False


def running() -> Iterator[str]:
    """A broker's address, while the generator is open.

    What the broker advertises is known once its port is mapped, so its command waits for a script.
    """
    wait = f"while [ ! -f {SCRIPT} ]; do sleep 0.1; done; exec sh {SCRIPT}"
    container = DockerContainer(IMAGE).with_exposed_ports(PORT).with_command(["sh", "-c", wait])
    for name, value in SETTINGS.items():
        container.with_env(name, value)
    testcontainers_config.ryuk_disabled = True  # one image less to pull; we stop what we started
    with container:
        address = f"{container.get_container_host_ip()}:{container.get_exposed_port(PORT)}"
        script = (
            f"export KAFKA_ADVERTISED_LISTENERS=OUTSIDE://{address},INSIDE://localhost:9093\n"
            "exec /etc/kafka/docker/run\n"
        )
        container.copy_into_container(script.encode(), SCRIPT)
        started = LogMessageWaitStrategy("Kafka Server started")
        started.with_startup_timeout(START_SECONDS).wait_until_ready(container)
        yield address
