"""One broker process: its start, its end, and whether it runs. Its data stays in its home."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from typing import TYPE_CHECKING, NamedTuple

import psutil

from processors.runtime.broker.config import CLUSTER, HOST
from processors.runtime.broker.jars import class_path
from processors.runtime.broker.java import find_java
from processors.runtime.broker.probe import serves
from processors.runtime.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

START_SECONDS = 60
STOP_SECONDS = 20


class Broker(NamedTuple):
    """A broker that runs."""

    home: Path
    port: int
    pid: int

    @property
    def address(self) -> str:
        """What clients connect to."""
        return f"{HOST}:{self.port}"


class Java(NamedTuple):
    """How the brokers' processes are run. `fast` compiles little, which suits short lives."""

    heap_mb: int = 256
    fast: bool = True

    def command(self) -> list[str]:
        """The command line, up to the main class. Raises Fault."""
        jars = os.pathsep.join(str(jar) for jar in class_path())
        flags = [f"-Xms{self.heap_mb}m", f"-Xmx{self.heap_mb}m"]
        if self.fast:
            flags += ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto"]
        return [
            str(find_java()),
            *flags,
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
            "-cp",
            jars,
        ]


def launch(home: Path, port: int, text: str, java: Sequence[str], *, alone: bool) -> Broker:
    """Start a process with the properties in `text`; it need not serve yet. Raises Fault."""
    home.mkdir(parents=True, exist_ok=True)
    file = home / "server.properties"
    file.write_text(text, "utf-8")
    if not (home / "data" / "meta.properties").is_file():
        _format(home, java, alone=alone)
    with (home / "broker.log").open("ab") as log:
        process = subprocess.Popen(  # noqa: S603 - our own command line
            [*java, "kafka.Kafka", str(file)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    process.returncode = 0  # it lives on without us, as it should: no warning is due
    broker = Broker(home, port, process.pid)
    _remember(broker)
    return broker


def _format(home: Path, java: Sequence[str], *, alone: bool) -> None:
    """Prepare the storage, the first time. One that is `alone` is its own quorum."""
    words = ["-t", CLUSTER, "-c", str(home / "server.properties")]
    done = subprocess.run(  # noqa: S603 - our own command line
        [*java, "kafka.tools.StorageTool", "format", *words, *(["--standalone"] if alone else [])],
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    if done.returncode:
        raise Fault(
            f"the broker's storage in {home} could not be formatted",
            (done.stderr or done.stdout).strip()[-800:],
        )


def wait(broker: Broker) -> None:
    """Wait until the broker serves. Raises Fault if it ends, or does not come up in time."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and find(broker.home) == broker:
        if serves(HOST, broker.port):
            return
        time.sleep(0.1)
    log = (broker.home / "broker.log").read_text("utf-8", "replace").strip()[-800:]
    raise Fault(f"the broker in {broker.home} did not come up", log or "Its log is empty.")


def serving(home: Path) -> Broker | None:
    """The broker of `home`, once it serves. None if there is none, or if it ends meanwhile."""
    deadline = time.monotonic() + START_SECONDS
    while (broker := find(home)) is not None and not serves(HOST, broker.port):
        if time.monotonic() > deadline:
            raise Fault(
                f"the broker in {home} runs, but does not answer",
                "Stop it with `loyalty broker stop`, and start it again.",
            )
        time.sleep(0.1)
    return broker


def stop(brokers: Sequence[Broker]) -> None:
    """Stop them together; by force what does not end."""
    for broker in brokers:
        _signal(broker, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    for broker in brokers:
        if not _ended(broker, deadline - time.monotonic()):
            _signal(broker, signal.SIGKILL)
            _ended(broker, STOP_SECONDS)
        (broker.home / "broker.json").unlink(missing_ok=True)


def _signal(broker: Broker, number: int) -> None:
    """Signal its process; one whose id was given to another is left alone."""
    if find(broker.home) == broker:
        os.kill(broker.pid, number)


def _ended(broker: Broker, seconds: float) -> bool:
    try:
        psutil.Process(broker.pid).wait(max(0.0, seconds))
    except psutil.NoSuchProcess:
        return True
    except psutil.TimeoutExpired:
        return find(broker.home) != broker
    return True


def find(home: Path) -> Broker | None:
    """The broker of `home` if it runs. A process id that was given to another does not count."""
    try:
        kept = json.loads((home / "broker.json").read_text("utf-8"))
        process = psutil.Process(kept["pid"])
        alive = process.is_running() and process.status() != psutil.STATUS_ZOMBIE
        same = abs(process.create_time() - kept["created"]) < 1
    except (OSError, ValueError, KeyError, psutil.Error):
        return None
    return Broker(home, kept["port"], kept["pid"]) if alive and same else None


def _remember(broker: Broker) -> None:
    created = psutil.Process(broker.pid).create_time()
    kept = {"pid": broker.pid, "port": broker.port, "created": created}
    (broker.home / "broker.json").write_text(json.dumps(kept), "utf-8")
