"""Start, stop and ask after one local broker. Its data stays in its home between starts."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import socket
import subprocess
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

import psutil

from processors.runtime.broker.config import CLUSTER, properties
from processors.runtime.broker.jars import class_path
from processors.runtime.broker.java import find_java
from processors.runtime.broker.probe import serves
from processors.runtime.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOST = "127.0.0.1"
PORTS = range(19092, 32000, 7)
"""Below the ephemeral range: a client that dials a free port there can meet itself."""
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


def start(home: Path, port: int | None = None, heap_mb: int = 256, *, fast: bool = True) -> Broker:
    """Start the broker of `home`, or find it running. Returns once it answers requests.

    `fast` compiles little, which suits short lives; a benchmark wants False. Raises Fault.
    """
    home.mkdir(parents=True, exist_ok=True)
    with _alone(home):
        return _running(home) or _start(home, port, heap_mb, fast=fast)


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """Two starts of one home follow each other; the second finds what the first has started."""
    with (home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _running(home: Path) -> Broker | None:
    """The broker of `home`, once it serves. None if there is none, or if it ends meanwhile."""
    deadline = time.monotonic() + START_SECONDS
    while (broker := find(home)) is not None:
        if serves(HOST, broker.port):
            return broker
        if time.monotonic() > deadline:
            raise Fault(
                f"the broker in {home} runs, but does not answer",
                "Stop it with `loyalty broker stop`, and start it again.",
            )
        time.sleep(0.1)
    return None


def _start(home: Path, port: int | None, heap_mb: int, *, fast: bool) -> Broker:
    chosen = _port(home, port)
    command = _java(heap_mb, fast=fast)
    _format(home, chosen, command)
    with (home / "broker.log").open("ab") as log:
        process = subprocess.Popen(  # noqa: S603 - our own command line
            [*command, "kafka.Kafka", str(home / "server.properties")],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    broker = Broker(home, chosen, process.pid)
    _remember(broker)
    _wait(broker, process)
    return broker


def stop(home: Path) -> bool:
    """Stop the broker of `home`; by force if it does not end. False: none was running."""
    broker = find(home)
    if broker is None:
        return False
    process = psutil.Process(broker.pid)
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_SECONDS)
    except psutil.TimeoutExpired:
        process.kill()
        process.wait(STOP_SECONDS)
    (home / "broker.json").unlink(missing_ok=True)
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


def _port(home: Path, wanted: int | None) -> int:
    """The port asked for, else the one used before, else a free one."""
    before = home / "port"
    if wanted is None and before.is_file():
        wanted = int(before.read_text("utf-8"))
        if not _free(wanted):
            wanted = None
    if wanted is None:
        start_at = os.getpid() % len(PORTS)
        order = [*PORTS[start_at:], *PORTS[:start_at]]
        wanted = next((port for port in order if _free(port)), None)
    if wanted is None or not _free(wanted):
        raise Fault(
            f"port {wanted}, or the next, is taken by another process",
            "Stop what listens there, or choose another port with --port.",
        )
    before.write_text(str(wanted), "utf-8")
    return wanted


def _free(port: int) -> bool:
    """True if the port is free, and the next, where the controller listens."""
    return _bindable(port) and _bindable(port + 1)


def _bindable(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def _java(heap_mb: int, *, fast: bool) -> list[str]:
    jars = os.pathsep.join(str(jar) for jar in class_path())
    flags = [f"-Xms{heap_mb}m", f"-Xmx{heap_mb}m"]
    if fast:
        flags += ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto"]
    return [
        str(find_java()),
        *flags,
        "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
        "-cp",
        jars,
    ]


def _format(home: Path, port: int, java: list[str]) -> None:
    """Write the configuration, and format the storage the first time."""
    file = home / "server.properties"
    file.write_text(properties(home, HOST, port), "utf-8")
    if (home / "data" / "meta.properties").is_file():
        return
    tool = ["kafka.tools.StorageTool", "format", "--standalone"]
    done = subprocess.run(  # noqa: S603 - our own command line
        [*java, *tool, "-t", CLUSTER, "-c", str(file)],
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


def _wait(broker: Broker, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        if serves(HOST, broker.port):
            process.returncode = 0  # it lives on without us, as it should: no warning is due
            return
        time.sleep(0.1)
    log = (broker.home / "broker.log").read_text("utf-8", "replace").strip()[-800:]
    stop(broker.home)
    process.wait()
    raise Fault(f"the broker in {broker.home} did not come up", log or "Its log is empty.")
