"""Brokers that speak Kafka's protocol, in the versions that aiokafka sends.

Requests are decoded and answers encoded with the client's own schemas. What a cluster keeps is kept
once, as if replication never lost anything; brokers are who leads what, and who can be reached.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from aiokafka import errors

from tests.simulator.coordinating import Coordinating
from tests.simulator.loop import NOBODY
from tests.simulator.network import PORTS, Rule
from tests.simulator.wire import COORDINATED, GROUPED, OK, VERSIONS, decoded, encoded

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from tests.simulator.cluster import Cluster
    from tests.simulator.network import Link


RACK = "rack"
"""Not None, by whose address the client would order brokers in a set."""
LEAST_WAIT_SECONDS = 0.5
"""Empty fetches are answered no sooner, to spare the simulation work; news is answered at once."""


class Broker(Coordinating):
    """One broker."""

    def __init__(self, number: int, cluster: Cluster) -> None:
        self.number = number
        self.cluster = cluster
        self.network = cluster.network
        self.up = True
        self.asleep = False

    def serve(self, link: Link, data: bytes) -> None:
        """Serve one request, as the rules of the network allow."""
        correlation, kind, request = decoded(data)
        rule = self.network.rule_for(link, kind)
        self.cluster.note(link, kind)
        if rule is not None and rule.action == "late":
            later = (self._late, link, request, kind, correlation)
            self.cluster.loop.deliver_in(rule.seconds, *later)
            return
        self._take(link, request, kind, correlation, rule)

    def _late(self, link: Link, request: Any, kind: str, correlation: int) -> None:
        self._take(link, request, kind, correlation, None)

    def _take(
        self, link: Link, request: Any, kind: str, correlation: int, rule: Rule | None
    ) -> None:
        if rule is not None and rule.action == "orphan":
            link.reset()
            self.cluster.loop.deliver_in(rule.seconds, self._again, link, request, kind)
            return
        answer = self._answer(link, request, kind, rule)
        if rule is not None and rule.action == "lose":
            link.reset()
            return
        if rule is not None and rule.action == "silence":
            link.silent = True
        if asyncio.isfuture(answer):
            answer.add_done_callback(
                lambda done: self._send(link, request, correlation, done), context=NOBODY
            )
        else:
            self._encode(link, request, correlation, answer)

    def _again(self, link: Link, request: Any, kind: str) -> None:
        """Serve a request whose connection is gone; nobody hears the answer."""
        if self.up:
            self._answer(link, request, kind, None)

    def _send(self, link: Link, request: Any, correlation: int, done: asyncio.Future[Any]) -> None:
        if done.cancelled():
            link.busy = False
            link.reset()
        else:
            self._encode(link, request, correlation, done.result())

    def _encode(self, link: Link, request: Any, correlation: int, answer: Any) -> None:
        self.network.answer(link, encoded(correlation, request, answer))

    def _answer(self, link: Link, request: Any, kind: str, rule: Rule | None) -> Any:
        code = OK
        if rule is not None and rule.action == "refuse":
            code = int(rule.seconds)
        elif kind in COORDINATED | GROUPED:
            code = self._not_coordinator(request, kind)
        return getattr(self, f"_{kind.lower()}")(link, request, code)

    def _not_coordinator(self, request: Any, kind: str) -> int:
        if kind in COORDINATED:
            name, sort = request.transactional_id, "transaction"
        else:
            name, sort = (
                getattr(request, "group", None)
                or request.__dict__.get("consumer_group", request.__dict__.get("group_id", "")),
                "group",
            )
        if name is None:
            return OK
        now = self.cluster.coordinator(sort, name)
        return OK if now == self.number else errors.NotCoordinatorError.errno

    # --- what is asked of any broker

    def _apiversion(self, _link: Link, _request: Any, code: int) -> tuple[Any, ...]:
        return (code, VERSIONS)  # of version 0, in which a client asks first

    def _metadata(self, _link: Link, request: Any, _code: int) -> tuple[Any, ...]:
        cluster = self.cluster
        brokers = [
            (broker.number, f"broker-{broker.number}", PORTS + broker.number, RACK)
            for broker in cluster.brokers.values()
            if broker.up
        ]
        wanted = request.topics
        names = sorted(cluster.topics) if wanted is None else sorted(wanted)
        topics = [self._topic(name) for name in names]
        return (0, brokers, "simulated", 1, topics)

    def _topic(self, name: str) -> tuple[Any, ...]:
        cluster = self.cluster
        if name not in cluster.topics:
            return (errors.UnknownTopicOrPartitionError.errno, name, False, [])
        rows: list[Any] = []
        for number in range(len(cluster.topics[name])):
            leader = cluster.leader((name, number))
            code = OK if leader >= 0 else errors.LeaderNotAvailableError.errno
            everyone = list(cluster.brokers)
            rows.append((code, number, leader, everyone, everyone, []))
        return (OK, name, False, rows)

    def _findcoordinator(self, _link: Link, request: Any, code: int) -> tuple[Any, ...]:
        sort = "transaction" if request.coordinator_type else "group"
        number = self.cluster.coordinator(sort, request.coordinator_key)
        if number < 0 or code:
            code = code or errors.CoordinatorNotAvailableError.errno
            return (0, code, None, -1, "", -1)
        return (0, OK, None, number, f"broker-{number}", PORTS + number)

    # --- what is asked of a leader

    def _lead_code(self, place: tuple[str, int], code: int) -> int:
        if code:
            return code
        if place[0] not in self.cluster.topics:
            return errors.UnknownTopicOrPartitionError.errno
        led = self.cluster.leader(place) == self.number
        return OK if led else errors.NotLeaderForPartitionError.errno

    def _produce(self, link: Link, request: Any, code: int) -> tuple[Any, ...]:
        cluster = self.cluster
        found = [
            (
                topic,
                [self._append(link, request, (topic, number), data, code) for number, data in rows],
            )
            for topic, rows in request.topics
        ]
        cluster.news()
        return (found, 0)

    def _append(
        self, link: Link, request: Any, place: tuple[str, int], data: bytes, code: int
    ) -> tuple[Any, ...]:
        cluster = self.cluster
        code = self._lead_code(place, code) or cluster.refused(place)
        offset = -1
        if not code:
            code, offset = cluster.produce(
                place, data, cluster.stamp(link.process), transactional=request.transactional_id
            )
        return (place[1], code, offset, -1, 0)

    def _offset(self, _link: Link, request: Any, code: int) -> tuple[Any, ...]:
        found = []
        for topic, rows in request.topics:
            answers = []
            for number, timestamp in rows:
                wrong = self._lead_code((topic, number), code)
                offset, time = -1, -1
                if not wrong:
                    log = self.cluster.log((topic, number))
                    if timestamp == -1:
                        offset = log.stable if request.isolation_level else log.end
                    elif timestamp == -2:
                        offset = log.start
                    else:
                        offset, time = log.offset_at(timestamp)
                answers.append((number, wrong, time, offset))
            found.append((topic, answers))
        return (0, found)

    def _fetch(self, _link: Link, request: Any, code: int) -> Awaitable[Any] | tuple[Any, ...]:
        found, size = self._read(request, code)
        if size or request.min_bytes == 0:
            return found
        answer: asyncio.Future[Any] = self.cluster.loop.create_future()
        wait = max(request.max_wait_time / 1000, LEAST_WAIT_SECONDS)
        self.cluster.await_news(self, request, answer, wait)
        return answer

    def look(self, request: Any, answer: asyncio.Future[Any], *, last: bool) -> bool:
        """Answer a fetch that waits, if there is something now, or it has waited enough."""
        if answer.done():
            return True
        found, size = self._read(request, OK)
        if size or last:
            answer.set_result(found)
        return answer.done()

    def _read(self, request: Any, code: int) -> tuple[tuple[Any, ...], int]:
        topics, size = [], 0
        left = request.max_bytes
        for topic, rows in request.topics:
            answers: list[Any] = []
            for number, _epoch, offset, _start, most in rows:
                wrong = self._lead_code((topic, number), code)
                if wrong:
                    answers.append((number, wrong, -1, -1, -1, None, -1, b""))
                    size += 1
                    continue
                log = self.cluster.log((topic, number))
                if offset < log.start or offset > log.end:
                    wrong = errors.OffsetOutOfRangeError.errno
                    answers.append((number, wrong, -1, -1, -1, None, -1, b""))
                    size += 1
                    continue
                until = log.stable if request.isolation_level else log.end
                data, aborted = b"", list[tuple[int, int]]()
                if offset < until and left > 0:
                    data, aborted = log.read(offset, min(most, left), until)
                size += len(data)
                left -= len(data)
                answers.append((number, OK, log.end, log.stable, log.start, aborted, -1, data))
            found = (topic, answers)
            topics.append(found)
        return (0, OK, 0, topics), size
