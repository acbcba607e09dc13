"""What a worker tells of itself: health, metrics and log lines, on a real broker."""

from __future__ import annotations

import json
import re
import signal
from contextlib import closing
from typing import TYPE_CHECKING
from urllib.error import HTTPError
from urllib.request import urlopen

from processors.partition.records import Fetched
from processors.runtime.faults import Exit
from processors.runtime.ports import listen
from processors.runtime.worker import MOST_WORKERS
from tests.kafka.workers import START, deployed, eventually, purchases

if TYPE_CHECKING:
    from pathlib import Path
    from subprocess import Popen

    from tests.kafka.workers import Deployment

HOST = "127.0.0.1"
PORTS = range(6166, 12_000, MOST_WORKERS)
HEADERS = (("content-type", b"application/cloudevents+json"),)


def free_port() -> int:
    """A port that nobody listens on."""
    taken = listen(HOST, PORTS)
    assert taken is not None
    with closing(taken):
        return int(taken.getsockname()[1])


def get(port: int, path: str) -> tuple[int, str]:
    """The status and the text of a page; status 0 where nobody answers."""
    try:
        with urlopen(f"http://{HOST}:{port}{path}", timeout=5) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as error:
        with closing(error):
            return error.code, ""
    except OSError:
        return 0, ""


def ready(port: int) -> bool:
    """True once the worker takes events."""
    return get(port, "/readyz")[0] == 200


def metrics(port: int) -> dict[str, float]:
    """Every sample, by its name and labels."""
    lines = get(port, "/metrics")[1].splitlines()
    rows = [line.rpartition(" ") for line in lines if not line.startswith("#")]
    return {name: float(value) for name, _, value in rows}


def test_health_is_told_apart_from_lag(kafka: str, prefix: str, tmp_path: Path) -> None:
    """Alive, started and ready once the partitions are ours; Faust's own pages are off."""
    with deployed(kafka, prefix, tmp_path) as book:
        port = free_port()
        book.start(LOYALTY_WEB_PORT=str(port))
        eventually(lambda: ready(port))
        for path in ("/livez", "/startupz", "/healthz"):
            assert get(port, path)[0] == 200, path
        told = json.loads(get(port, "/healthz")[1])
        assert told["partitions"] == list(range(book.settings.partitions))
        for path in ("/table/", "/agent/", "/router/", "/stats/"):
            assert get(port, path)[0] == 404, path


def test_figures_say_what_came_of_each_input(kafka: str, prefix: str, tmp_path: Path) -> None:
    """By topic, type and outcome; points, dead letters, mis-keyed and parked ones beside them."""
    with deployed(kafka, prefix, tmp_path) as book:
        topic = book.settings.names.of("purchases")
        first, second = purchases(book.settings, 2)
        astray = second._replace(partition=(second.partition + 1) % book.settings.partitions)
        poison = Fetched(topic, 0, -1, START, b"k", b"nonsense", HEADERS)
        other = first._replace(value=(first.value or b"").replace(b"1000", b"2000", 1))
        early = first._replace(value=refund(first))
        book.send([early, first, other, astray, poison])
        port = free_port()
        worker = book.start(LOYALTY_WEB_PORT=str(port))
        eventually(lambda: len(book.sources()) == 6)
        eventually(lambda: metrics(port).get("loyalty_miskeyed_records_total") == 1)
        found = metrics(port)
        of = f'source="{topic}",type="commerce.purchase.completed.v1"'
        assert found[f'loyalty_events_total{{outcome="conflicting",{of}}}'] == 1
        assert found[f'loyalty_dlq_records_total{{reason="invalid_json",source="{topic}"}}'] == 1
        assert found['loyalty_points_total{kind="points.pended",unit="points"}'] == 20
        assert sum(value for name, value in found.items() if "parked_events" in name) == 1
        assert found["loyalty_invariant_violations_total"] == 0
        lags = [value for name, value in found.items() if "time_lag_seconds" in name]
        assert lags
        assert set(lags) == {0}
        rejected(book, worker, topic)


def refund(purchase: Fetched) -> bytes:
    """A refund of an order that nobody knows, by the same member."""
    event = json.loads(purchase.value or b"")
    data = {"refund_id": "R1", "order_id": "unknown", "amount_minor": 100}
    kind = "commerce.purchase.refunded.v1"
    return json.dumps(event | {"id": "r1", "type": kind, "data": data}).encode()


def rejected(book: Deployment, worker: Popen[bytes], topic: str) -> None:
    """One line for each input that was not taken, with its place, and none for the others."""
    lines = {line["event"]: line for line in book.log(worker) if "offset" in line}
    assert lines.keys() == {"dead_lettered", "conflicting"}
    dead = lines["dead_lettered"]
    assert (dead["topic"], dead["partition"], dead["reason"]) == (topic, 0, "invalid_json")
    assert lines["conflicting"]["event_id"] == "e0"
    for line in book.log(worker):
        assert list(line)[:5] == ["ts", "level", "event", "service.name", "service.version"]
        assert not re.search(r"\bm[01]\b", json.dumps(line)), "a member in a log line"


def test_a_port_that_was_asked_for_must_be_free(kafka: str, prefix: str, tmp_path: Path) -> None:
    """The second worker says so at once, and the first one is not disturbed."""
    with deployed(kafka, prefix, tmp_path) as book:
        port = free_port()
        one = book.start(LOYALTY_WEB_PORT=str(port))
        eventually(lambda: ready(port))
        other = book.start(LOYALTY_WEB_PORT=str(port))
        assert other.wait(30) == Exit.USAGE
        one.send_signal(signal.SIGTERM)
        assert one.wait(30) == Exit.DONE
