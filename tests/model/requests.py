"""Redemptions and adjustments of one member, in the starter program."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.model.held import Redemption
from tests.model.member import DAY_HOLD, Member

if TYPE_CHECKING:
    from datetime import datetime

COSTS = {"five_off": (500, 0), "ten_off": (900, 3000)}
STEP = 50


class Requests:
    """What members ask for, and what operators do."""

    def redemption_requested(
        self, member: Member, now: datetime, data: dict[str, Any]
    ) -> bool | None:
        """Set points aside for a day."""
        reward = data.get("reward_id")
        if reward is not None:
            amount, minimum = COSTS[reward]
            if data.get("order_total_minor", 0) < minimum:
                return False
        else:
            amount = int(data["amount"])
            if not amount or amount % STEP:
                return False
        if member.available < amount:
            return False
        parts = member.draw(amount)
        member.redemptions[data["redemption_id"]] = Redemption(
            amount, parts, "reserved", now + DAY_HOLD
        )
        return None

    def commit(self, member: Member, item: Redemption) -> None:
        """The points are spent."""
        item.state = "committed"
        for lot, part in item.parts:
            lot.reserved -= part
            member.redeemed += part

    def redemption_committed(
        self, member: Member, now: datetime, data: dict[str, Any]
    ) -> bool | None:
        """Spend what is set aside."""
        del now
        item = member.redemptions.get(data["redemption_id"])
        if item is None or item.state != "reserved":
            return False
        self.commit(member, item)
        return None

    def redemption_released(
        self, member: Member, now: datetime, data: dict[str, Any]
    ) -> bool | None:
        """Put back what is set aside."""
        item = member.redemptions.get(data["redemption_id"])
        if item is None or item.state != "reserved":
            return False
        item.state = "released"
        member.give_back(item, now)
        return None

    def redemption_reversed(
        self, member: Member, now: datetime, data: dict[str, Any]
    ) -> bool | None:
        """Put back what was spent."""
        item = member.redemptions.get(data["redemption_id"])
        if item is None or item.state != "committed":
            return False
        item.state = "reversed"
        member.give_back(item, now, spent=True)
        return None

    def points_adjusted(self, member: Member, now: datetime, data: dict[str, Any]) -> None:
        """An operator gives or takes."""
        amount = int(data["amount"])
        if amount < 0:
            member.take(-amount, [])
        else:
            name = f"adjustment/{data['adjustment_id']}/adjustment"
            member.add(member.lot(name, now), amount, now)
