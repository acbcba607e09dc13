"""Due work: what the passing of time does to an account (semantics, section 1).

At one instant: expiries, releases, what was held or waited, counter resets, tier ends and
judgements, closings of eligibilities, notices.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from processors.accounts.assign import next_due
from processors.accounts.consumption import in_order
from processors.accounts.lasting import reason_of
from processors.accounts.lots import expire, release
from processors.accounts.rewards import close, follow_tiers
from processors.accounts.steps import ripen
from processors.accounts.tiers import change_rules, gain, judge, rolling_start
from processors.decisions.calendar import announce, open_reward, renew_allowance, start_version
from processors.decisions.closing import round_off
from processors.decisions.conversions import CONVERT, convert, convert_on_date
from processors.decisions.members import judge_attributes
from processors.decisions.memberships import end_membership
from processors.decisions.purchases import settle
from processors.decisions.redemptions import release_hold
from processors.decisions.reminding import ENDING, NOTICE, plan_all_reminders, remind, remind_ending
from processors.decisions.reviews import approve_by_itself
from processors.decisions.waiting import UNKNOWN, give_up
from processors.inputs import TIME_PASSED

if TYPE_CHECKING:
    from collections.abc import Callable

    from processors.accounts.draft import Draft
    from processors.programs.compiled import Ladder


def pass_time(draft: Draft, until: int) -> None:
    """Do all that is due up to and including `until`, by due instant, within one decision.

    It is the account's own, whoever's event is decided, as if the clock had come in between.
    """
    here = draft.item
    while (due := next_due(draft.account)) is not None and due <= until:
        clock = replace(here, type=TIME_PASSED, subject=draft.account.id)
        draft.move_to(clock, max(due, draft.time))
        do_due(draft, due)
        round_off(draft)
    draft.move_to(here, max(until, draft.time))


def do_due(draft: Draft, instant: int) -> None:
    """Do everything that is due at `instant`."""
    names = sorted(draft.account.agenda[instant], key=lambda name: (_rank(draft, name), name))
    _expire_lots(draft, [name for name in names if _rank(draft, name) == 0])
    for name in names:
        collection, _, key = name.partition("/")
        if collection != "lots" or key in draft.account.lots:
            WORK[collection](draft, key)
    assert instant not in draft.account.agenda, "due work that is done must not stay due"


def _rank(draft: Draft, name: str) -> int:
    collection, _, key = name.partition("/")
    if collection == "lots":
        lot = draft.account.lots.get(key)
        return 1 if lot is not None and lot.pending and lot.release_at is not None else 0
    if collection == "timers":
        return TIMER_RANKS[key.partition("/")[0]]
    return RANKS[collection]


RANKS = {
    "redemptions": 2,
    "reviews": 2,
    "memberships": 3,
    "parked": 3,
    "standings": 5,
    "grants": 6,
}
TIMER_RANKS = {
    "allowance": 0,
    "close": 0,
    CONVERT: 3,
    "window": 4,
    "settle": 4,
    "judge": 5,
    "version": 5,
    "reward": 6,
    NOTICE: 7,
    ENDING: 7,
    "announce": 7,
}


def _expire_lots(draft: Draft, names: list[str]) -> None:
    by_reason: dict[str, list[str]] = {}
    for name in names:
        collection, _, key = name.partition("/")
        if collection == "lots":
            reason = reason_of(draft, draft.account.lots[key])
            by_reason.setdefault(reason, []).append(key)
    for reason in sorted(by_reason):
        expire(draft, by_reason[reason], reason)


def _release(draft: Draft, key: str) -> None:
    lot = draft.account.lots[key]
    if lot.pending and lot.release_at is not None and lot.release_at <= draft.time:
        version = draft.program.version(lot.version)
        if version.rules[lot.rule].step:
            ripen(draft, key)
        else:
            release(draft, key)
        convert(draft, version)


def _give_up(draft: Draft, key: str) -> None:
    """A parked input whose time is over is refused."""
    kind = draft.account.parked[key].waits_for.partition("/")[0]
    give_up(draft, key, UNKNOWN.get(kind, "unknown_redemption"))


def _judge(draft: Draft, key: str) -> None:
    for ladder in draft.version.ladders:
        if ladder.id == key:
            _judge_ladder(draft, ladder)
            return
    standing = draft.account.standings[key]
    draft.put("standings", key, replace(standing, until=None))


def _judge_ladder(draft: Draft, ladder: Ladder) -> None:
    notices = len(draft.notices)
    judge(draft, ladder)
    follow_tiers(draft, notices)


def _end_grant(draft: Draft, key: str) -> None:
    """Its time is over, if no tier that ended at the same instant took it along."""
    if key in draft.account.grants:
        close(draft, key, "expired", "date")


def _timer(draft: Draft, key: str) -> None:
    draft.put("timers", key, None)
    kind, _, rest = key.partition("/")
    TIMERS[kind](draft, rest)


def _reset_window(draft: Draft, rest: str) -> None:
    """A counter's window ended, or a day left a rolling one.

    Counters of ended windows stay while a refund may still count in them.
    """
    ladder_id = rest.partition("/")[0]
    ladder = next((ladder for ladder in draft.version.ladders if ladder.id == ladder_id), None)
    if ladder is None:
        return
    account, calendar = draft.account, draft.program.calendar
    window, _ = ladder.window_of(draft.time, account)
    if ladder.rolling_from is None:
        horizon = calendar.days_after(draft.time, -draft.program.refund_horizon_days)
        first, _ = ladder.window_of(horizon, account)
    else:
        first = rolling_start(ladder, account, draft.time)
    draft.put("marks", f"window/{ladder_id}", window)
    prefix = f"{ladder_id}/"
    for key in sorted(account.counters):
        if key.startswith(prefix) and key[len(prefix) :].partition("/")[0] < first:
            draft.put("counters", key, None)
    if ladder.rolling_from is not None:
        _judge_ladder(draft, ladder)


def _settle(draft: Draft, rest: str) -> None:
    """What is kept of an order counts from now on."""
    order_id = rest.partition("/")[2]
    order = draft.account.orders.get(order_id)
    if order is not None:
        settle(draft, order_id, order, points=False)


def _judge_on_schedule(draft: Draft, ladder_id: str) -> None:
    notices = len(draft.notices)
    for ladder in draft.version.ladders:
        if ladder.id == ladder_id and ladder.schedule is not None:
            gain(draft, ladder)
    follow_tiers(draft, notices)


def _close(draft: Draft, _rest: str) -> None:
    """The program is over: what is left is gone."""
    for unit in draft.version.units:
        expire(draft, [name for name, _ in in_order(draft, unit)], "program_ended")


def _start_version(draft: Draft, _rest: str) -> None:
    """Tiers that the version in force from now on does not know are over."""
    start_version(draft)
    notices = len(draft.notices)
    for ladder in draft.version.ladders:
        change_rules(draft, ladder)
    follow_tiers(draft, notices)
    judge_attributes(draft)
    plan_all_reminders(draft)


TIMERS: dict[str, Callable[[Draft, str], None]] = {
    "close": _close,
    CONVERT: convert_on_date,
    "version": _start_version,
    "window": _reset_window,
    "settle": _settle,
    "judge": _judge_on_schedule,
    "reward": open_reward,
    "announce": announce,
    "allowance": renew_allowance,
    NOTICE: remind,
    ENDING: remind_ending,
}

WORK: dict[str, Callable[[Draft, str], None]] = {
    "lots": _release,
    "redemptions": release_hold,
    "reviews": approve_by_itself,
    "memberships": end_membership,
    "parked": _give_up,
    "standings": _judge,
    "grants": _end_grant,
    "timers": _timer,
}
