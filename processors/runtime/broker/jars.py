"""The broker's jars: resolved once, checked against committed hashes, kept per user."""

from __future__ import annotations

import hashlib
import os
from importlib import resources
from pathlib import Path
from typing import NamedTuple

import jgo

from processors.runtime.faults import Fault

KAFKA = "org.apache.kafka:kafka_2.13:4.1.2"
LOGGING = "org.slf4j:slf4j-simple:1.7.36"
HASHES = "jars.sha256"


class Jar(NamedTuple):
    """A jar's file name and SHA-256."""

    name: str
    sha256: str


def cache_dir() -> Path:
    """Where this user's jars are kept."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "loyalty-ledger"


def are_cached() -> bool:
    """False when the next start has to fetch them: 45 MB, once for each user."""
    return any((cache_dir() / "jars").rglob("kafka_*.jar"))


def expected() -> tuple[Jar, ...]:
    """The committed list."""
    text = resources.files(__package__).joinpath(HASHES).read_text("utf-8")
    rows = (line.split() for line in text.splitlines() if line)
    return tuple(Jar(name, sha256) for sha256, name in rows)


def class_path() -> list[Path]:
    """Every jar of the broker, checked. Resolves what is missing; raises Fault."""
    folder = cache_dir()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        environment = jgo.build(f"{KAFKA}+{LOGGING}", cache_dir=folder / "jars")
    except Exception as error:
        raise Fault(
            f"Apache Kafka's jars could not be resolved: {error}",
            "Check that the package registry for Maven artifacts is in reach, or set "
            "LOYALTY_BROKER to a broker that runs already.",
        ) from error
    jars = sorted((Path(jar) for jar in environment.all_jars), key=lambda jar: jar.name)
    check(jars)
    return jars


def check(jars: list[Path]) -> None:
    """Refuse a jar that is missing, unknown, or not the one that was tried. Raises Fault."""
    known = {jar.name: jar.sha256 for jar in expected()}
    for path in jars:
        if known.pop(path.name, None) != sha256_of(path):
            raise Fault(
                f"{path} is not the jar that this release was tried with",
                f"Remove {path.parent} and try again; if it stays so, do not run it.",
            )
    if known:
        missing = ", ".join(sorted(known))
        raise Fault(f"jars are missing: {missing}", f"Remove {cache_dir()} and try again.")


def sha256_of(path: Path) -> str:
    """The file's SHA-256 as hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
