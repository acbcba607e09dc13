"""A worker needs no disk: it reads nothing there, and goes on where nothing can be written."""

from __future__ import annotations

import resource
from typing import TYPE_CHECKING

from processors.runtime.faults import Exit
from tests.faults import fault
from tests.kafka.workers import deployed, every_input_once, purchases

if TYPE_CHECKING:
    from pathlib import Path


@fault("F06", checks="O1 V3 L1")
def test_a_full_disk_stops_nobody(kafka: str, prefix: str, tmp_path: Path) -> None:
    """Not a byte can be written to any file, the log's included; all is decided all the same."""
    with deployed(kafka, prefix, tmp_path) as book:
        inputs = purchases(book.settings, 400)
        book.send(inputs[:200])
        worker = book.start()
        resource.prlimit(worker.pid, resource.RLIMIT_FSIZE, (0, 0))
        book.wait_for(200)
        book.send(inputs[200:])
        book.wait_for(400)
        every_input_once(book, 400)
        worker.terminate()
        assert worker.wait(30) == Exit.DONE
    assert [file.name for file in tmp_path.iterdir()] == ["worker-0.log"]


@fault("F62", checks="D1 O1 V3")
def test_what_lies_on_the_disk_is_not_read(kafka: str, prefix: str, tmp_path: Path) -> None:
    """Tables as Faust would keep them, foreign, of a newer version, cut off: the ledger decides."""
    with deployed(kafka, prefix, tmp_path) as book:
        inputs = purchases(book.settings, 200)
        book.send(inputs)
        data = tmp_path / f"{prefix}loyalty-ledger-data"
        for table in ("accounts", "positions"):
            for number in range(4):
                file = data / "v9" / "tables" / f"{table}-{number}.db"
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(b"\x00\xff no state of ours")
        before = {file: file.read_bytes() for file in data.rglob("*") if file.is_file()}
        book.start()
        book.wait_for(200)
        every_input_once(book, 200)
        assert {file: file.read_bytes() for file in data.rglob("*") if file.is_file()} == before
