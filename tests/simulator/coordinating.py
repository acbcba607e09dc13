"""What brokers answer as coordinators of transactions and of groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.simulator.wire import OK

if TYPE_CHECKING:
    import asyncio

    from tests.simulator.cluster import Cluster
    from tests.simulator.network import Link


class Coordinating:
    """Half of a broker. `code` is an error that is already certain."""

    cluster: Cluster

    # --- what is asked of a coordinator of transactions

    def _initproducerid(self, _link: Link, request: Any, code: int) -> tuple[Any, ...]:
        if code:
            return (0, code, -1, -1)
        return (
            0,
            *self.cluster.transactions.init(
                request.transactional_id, request.transaction_timeout_ms
            ),
        )

    def _addpartitionstotxn(self, _link: Link, request: Any, code: int) -> tuple[Any, ...]:
        places = [(topic, number) for topic, numbers in request.topics for number in numbers]
        code = code or self.cluster.transactions.add(
            request.transactional_id, request.producer_id, request.producer_epoch, places
        )
        return (
            0,
            [(topic, [(number, code) for number in numbers]) for topic, numbers in request.topics],
        )

    def _addoffsetstotxn(self, _link: Link, request: Any, code: int) -> tuple[Any, ...]:
        return (
            0,
            code
            or self.cluster.transactions.add_group(
                request.transactional_id,
                request.producer_id,
                request.producer_epoch,
                request.group_id,
            ),
        )

    def _endtxn(self, _link: Link, request: Any, code: int) -> tuple[Any, ...]:
        return (
            0,
            code
            or self.cluster.transactions.end(
                request.transactional_id,
                request.producer_id,
                request.producer_epoch,
                commit=request.transaction_result,
            ),
        )

    # --- what is asked of a coordinator of groups

    def _txnoffsetcommit(self, _link: Link, request: Any, code: int) -> tuple[Any, ...]:
        at = {
            (topic, number): offset for topic, rows in request.topics for number, offset, _ in rows
        }
        code = code or self.cluster.transactions.offsets(
            request.transactional_id,
            request.producer_id,
            request.producer_epoch,
            request.group_id,
            at,
        )
        return (0, [(topic, [(row[0], code) for row in rows]) for topic, rows in request.topics])

    def _joingroup(self, link: Link, request: Any, code: int) -> Any:
        group = self.cluster.group(request.group)
        if code:
            return (0, code, -1, "", "", "", [])
        joined = group.join(
            request.member_id,
            link.process.name if link.process else "client",
            request.session_timeout,
            request.rebalance_timeout,
            request.group_protocols,
        )
        name = request.group_protocols[0][0]
        return _then(
            self.cluster.loop,
            joined,
            lambda found: (0, found[0], found[1], name, found[2], found[3], found[4]),
        )

    def _syncgroup(self, _link: Link, request: Any, code: int) -> Any:
        if code:
            return (0, code, b"")
        group = self.cluster.group(request.group)
        synced = group.sync(request.member_id, request.generation_id, request.group_assignment)
        return _then(self.cluster.loop, synced, lambda found: (0, *found))

    def _heartbeat(self, _link: Link, request: Any, code: int) -> tuple[Any, ...]:
        group = self.cluster.group(request.group)
        return (0, code or group.heartbeat(request.member_id, request.generation_id))

    def _leavegroup(self, _link: Link, request: Any, code: int) -> tuple[Any, ...]:
        return (0, code or self.cluster.group(request.group).leave(request.member_id))

    def _offsetcommit(self, _link: Link, request: Any, code: int) -> tuple[Any, ...]:
        group = self.cluster.group(request.consumer_group)
        at = {(topic, row[0]): row[1] for topic, rows in request.topics for row in rows}
        code = code or group.commit(request.consumer_id, request.consumer_group_generation_id, at)
        return (0, [(topic, [(row[0], code) for row in rows]) for topic, rows in request.topics])

    def _offsetfetch(self, _link: Link, request: Any, code: int) -> tuple[Any, ...]:
        group = self.cluster.group(request.consumer_group)
        wanted = request.topics or []
        found = [
            (
                topic,
                [(number, group.offsets.get((topic, number), -1), "", OK) for number in numbers],
            )
            for topic, numbers in wanted
        ]
        return (0, found, code)


def _then(loop: Any, first: asyncio.Future[Any], form: Any) -> asyncio.Future[Any]:
    """What a future will bring, in another form; cancelled with it."""
    second: asyncio.Future[Any] = loop.create_future()

    def done(first: asyncio.Future[Any]) -> None:
        if first.cancelled():
            second.cancel()
        elif not second.done():
            second.set_result(form(first.result()))

    first.add_done_callback(done)
    return second
