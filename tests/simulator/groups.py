"""The group coordinator: members, generations, and committed offsets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiokafka import errors

if TYPE_CHECKING:
    import asyncio

    from tests.simulator.loop import Loop
    from tests.simulator.transactions import Place

OK = 0
GATHER_SECONDS = 0.2
"""How long a rebalance waits for members that nobody knows yet."""
LOOK_SECONDS = 0.25
STRANGER = errors.UnknownMemberIdError.errno
STALE = errors.IllegalGenerationError.errno
REBALANCING = errors.RebalanceInProgressError.errno
MEMBER_ID_REQUIRED = 79


class Member:
    """One consumer of a group."""

    def __init__(self, name: str, session_seconds: float, patience_seconds: float) -> None:
        self.name = name
        self.session_seconds = session_seconds
        self.patience_seconds = patience_seconds
        self.protocols: list[tuple[str, bytes]] = []
        self.seen = 0.0
        self.joining: asyncio.Future[Any] | None = None
        self.syncing: asyncio.Future[Any] | None = None
        self.share = b""


class Group:
    """One group; what it answers is (error code, …)."""

    def __init__(self, loop: Loop) -> None:
        self.loop = loop
        self.members: dict[str, Member] = {}
        self.generation = 0
        self.state = "empty"
        """`empty`, `gathering`, `sharing` or `stable`."""
        self.leader = ""
        self.refused = 0
        """Commits that came from no member, or of a generation that is over."""
        self.offsets: dict[Place, int] = {}
        self.named = 0
        self.promised: set[str] = set()
        """Ids that were given to members who have not joined yet."""
        self.gathering_since = 0.0
        self.gather_until = 0.0

    def join(
        self, name: str, client: str, session: int, patience: int, protocols: list[Any]
    ) -> asyncio.Future[Any]:
        """JoinGroup: (code, generation, leader, member, members of the leader), when all are in."""
        answer: asyncio.Future[Any] = self.loop.create_future()
        if not name:
            self.named += 1
            self.promised.add(f"{client}-{self.named}")
            answer.set_result((MEMBER_ID_REQUIRED, -1, "", f"{client}-{self.named}", []))
            return answer
        known = name in self.members
        if not known and name not in self.promised:
            answer.set_result((STRANGER, -1, "", name, []))
            return answer
        member = self.members.setdefault(name, Member(name, session / 1000, patience / 1000))
        settled = known and self.state == "stable" and member.protocols == protocols
        if settled and name != self.leader:
            answer.set_result((OK, self.generation, self.leader, name, []))
            return answer
        self.promised.discard(name)
        member.protocols = list(protocols)
        member.seen = self.loop.now
        if member.joining is not None and not member.joining.done():
            member.joining.cancel()
        member.joining = answer
        self.rebalance()
        if not known:
            self.gather_until = self.loop.now + GATHER_SECONDS
        return answer

    def rebalance(self) -> None:
        """Ask all members to join again."""
        if self.state != "gathering":
            self.state = "gathering"
            self.gathering_since = self.loop.now
            for member in self.members.values():
                if member.syncing is not None and not member.syncing.done():
                    member.syncing.set_result((REBALANCING, b""))

    def sync(self, name: str, generation: int, shares: list[Any]) -> asyncio.Future[Any]:
        """SyncGroup: (code, share), when the leader has shared out."""
        answer: asyncio.Future[Any] = self.loop.create_future()
        code = self._code(name, generation)
        if code:
            answer.set_result((code, b""))
            return answer
        member = self.members[name]
        member.seen = self.loop.now
        if self.state == "stable":
            answer.set_result((OK, member.share))
            return answer
        member.syncing = answer
        if name == self.leader:
            for one, share in shares:
                if one in self.members:
                    self.members[one].share = share
            self.state = "stable"
            for other in self.members.values():
                if other.syncing is not None and not other.syncing.done():
                    other.syncing.set_result((OK, other.share))
        return answer

    def _code(self, name: str, generation: int) -> int:
        if name not in self.members:
            return STRANGER
        if generation != self.generation:
            return STALE
        return REBALANCING if self.state == "gathering" else OK

    def heartbeat(self, name: str, generation: int) -> int:
        """Heartbeat: error code."""
        code = self._code(name, generation)
        if name in self.members:
            self.members[name].seen = self.loop.now
        return code

    def leave(self, name: str) -> int:
        """LeaveGroup: error code."""
        if name not in self.members:
            return STRANGER
        self._drop(name)
        return OK

    def commit(self, name: str, generation: int, at: dict[Place, int]) -> int:
        """OffsetCommit: error code. A stale generation commits nothing."""
        if generation >= 0 or name:
            code = self._code(name, generation)
            if code and not (code == REBALANCING and generation == self.generation):
                self.refused += 1
                return code
        elif self.members:
            return STRANGER
        self.offsets.update(at)
        return OK

    def _drop(self, name: str) -> None:
        member = self.members.pop(name)
        for waiting in (member.joining, member.syncing):
            if waiting is not None and not waiting.done():
                waiting.cancel()
        if self.members:
            self.rebalance()
        else:
            self.state = "empty"

    def look(self) -> None:
        """Drop who was not seen for too long; end a gathering that is complete."""
        now = self.loop.now
        for member in list(self.members.values()):
            waits = member.joining is not None and not member.joining.done()
            if not waits and now - member.seen > member.session_seconds:
                self._drop(member.name)
        if self.state != "gathering" or now < self.gather_until:
            return
        absent = [m for m in self.members.values() if m.joining is None or m.joining.done()]
        if absent and any(now - self.gathering_since <= m.patience_seconds for m in absent):
            return
        for member in absent:
            del self.members[member.name]
        self._gathered()

    def _gathered(self) -> None:
        self.generation += 1
        if not self.members:
            self.state = "empty"
            return
        self.state = "sharing"
        if self.leader not in self.members:
            self.leader = next(iter(self.members))
        everybody = [(m.name, None, m.protocols[0][1]) for m in self.members.values()]
        for member in self.members.values():
            assert member.joining is not None
            told = everybody if member.name == self.leader else []
            answer = (OK, self.generation, self.leader, member.name, told)
            member.joining.set_result(answer)
            member.seen = self.loop.now
