"""The head of a partition: where it stands, as written with every batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from processors.accounts.account import STATE_VERSION
from processors.partition.unsaved import Place
from schemas.ledger import RECORD_VERSION

if TYPE_CHECKING:
    from processors.partition.fold import Partition
    from processors.programs.compiled import Version

HEAD_KEY = b"~head"
CHECKPOINT = "~checkpoint/"


class Refused(Exception):  # noqa: N818  # what happened: the start is refused
    """What Kafka holds and what this worker was given do not fit. The message says what to do."""


class Head(Struct, omit_defaults=True):
    """Where the next run goes on."""

    partition: int
    partitions: int
    next_seq: int
    prev: str
    ledger_offset: int
    """The offset that the next ledger record is expected at; the commit's marker is counted."""
    began_seq: int
    """The first sequence of the run that was committed with this head."""
    began_offset: int
    positions: dict[str, int]
    """Next offset to fold, by topic."""
    transfers: dict[str, tuple[int, int]] = {}
    """Highest (sequence, index) folded, by sending partition."""
    versions: dict[str, str] = {}
    """Label of each program version that has decided anything, by its hash."""
    parts: dict[str, dict[str, str]] = {}
    """Of these versions, by hash: short hashes of what each says, by place in the file."""
    program: str = ""
    planned: str = ""
    """Hash of the program by which the timers of all accounts were set."""
    aliases: str = ""
    """Fingerprint of what the accounts of aliases are named by."""
    horizon_days: int = 0
    """How long ids of events are remembered for certain."""
    tail: Place | None = None
    """From where the ledger holds what the snapshots lack; None: they lack nothing."""
    record_version: int = RECORD_VERSION
    state_version: int = STATE_VERSION


ENCODER = msgspec.json.Encoder(order="sorted")
DECODER = msgspec.json.Decoder(Head)


def head_of(partition: Partition) -> Head:
    """Where a partition stands now."""
    writer = partition.writer
    end = writer.place()
    tail = writer.unsaved.tail(end)
    return Head(
        partition=partition.number,
        partitions=partition.count,
        next_seq=writer.chain.next_seq,
        prev=writer.chain.prev,
        ledger_offset=writer.ledger_offset,
        began_seq=writer.began[0],
        began_offset=writer.began[1],
        positions=partition.positions,
        transfers=partition.transfers,
        versions=writer.versions,
        parts={v.hash: dict(v.parts) for v in _used(partition) if v.parts},
        program=partition.engine.program.id,
        planned=partition.planned,
        aliases=partition.engine.aliases,
        horizon_days=partition.engine.program.late_horizon_days,
        tail=None if tail == end else tail,
    )


def _used(partition: Partition) -> list[Version]:
    versions = partition.engine.program.versions
    return [version for version in versions if version.hash in partition.writer.versions]


def account_key(name: str) -> bytes:
    """The snapshot key of an account. `~` is ours, so an id that begins with it is escaped."""
    return (f"~{name}" if name[:1] == "~" else name).encode()


def checkpoint_key(slot: int, name: str) -> bytes:
    """The snapshot key of one of an account's two checkpoints."""
    return f"{CHECKPOINT}{slot}/{name}".encode()


def named_by(key: bytes) -> tuple[int | None, str]:
    """The checkpoint's slot, or None, and the account that a snapshot key names."""
    text = key.decode()
    if text.startswith(CHECKPOINT):
        return int(text[len(CHECKPOINT)]), text[len(CHECKPOINT) + 2 :]
    return None, text.removeprefix("~")
