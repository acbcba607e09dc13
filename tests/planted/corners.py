"""Defects at the corners of the rules: each is seen by examples that were computed by hand."""

from __future__ import annotations

from tests.planted.core import Defect

EXAMPLES = "tests/unit/programs/test_expressions.py"

CORNERS = (
    Defect(
        "whoever had no tier has the first one of a table",
        "processors/programs/rewards.py",
        "tier = lowest if held is None else held.tier",
        "tier = next(iter(by_tier)) if held is None else held.tier",
        EXAMPLES,
    ),
    Defect(
        "the program's hold goes before the request's",
        "processors/decisions/redemptions.py",
        "hold = data.hold_until if data.hold_until is not None else mode.hold_until(draft.time)",
        "hold = mode.hold_until(draft.time) or data.hold_until",
        EXAMPLES,
    ),
    Defect(
        "a commit can be undone by the version of today",
        "processors/decisions/redemptions.py",
        "if not draft.program.version(item.version).redeeming.reversible:",
        "if not draft.version.redeeming.reversible:",
        EXAMPLES,
    ),
    Defect(
        "a birthday is looked for in two years alone",
        "processors/programs/almanac.py",
        "for following in (year, year + 1, year + 2):",
        "for following in (year, year + 1):",
        EXAMPLES,
    ),
    Defect(
        "a merge moves the tier that an attribute gave",
        "processors/accounts/tiers.py",
        "if better and ground.window != ATTRIBUTE and rank_of",
        "if better and rank_of",
        EXAMPLES,
    ),
    Defect(
        "what comes back as the program ends stays",
        "processors/accounts/lasting.py",
        "draft.version.closes_at <= draft.time:",
        "draft.version.closes_at < draft.time:",
        EXAMPLES,
    ),
    Defect(
        "on time at the promised instant is late",
        "processors/decisions/purchases.py",
        "draft.time > data.promised_at:",
        "draft.time >= data.promised_at:",
        EXAMPLES,
    ),
    Defect(
        "a part that goes back leaves its place under a cap",
        "processors/decisions/caps.py",
        "awards = int(held + more > 0) - int(held > 0)",
        "awards = int(more > 0) - int(more < 0)",
        EXAMPLES,
    ),
    Defect(
        "an order is forgotten while it is open",
        "processors/decisions/closing.py",
        "horizon = account.time - (draft.program.refund_horizon_days + 1) * DAY",
        "horizon = account.time - (draft.program.refund_horizon_days - 1) * DAY",
        EXAMPLES,
    ),
    Defect(
        "the last invitation counts",
        "processors/decisions/referrals.py",
        "referral_id = min(held)[1]",
        "referral_id = max(held)[1]",
        EXAMPLES,
    ),
    Defect(
        "of two tenders of one kind the last counts",
        "processors/decisions/orders.py",
        "sums[tender.kind] = sums.get(tender.kind, 0) + tender.amount_minor",
        "sums[tender.kind] = tender.amount_minor",
        EXAMPLES,
    ),
    Defect(
        "each lot that comes back pays the whole debt",
        "processors/accounts/returning.py",
        "        debt -= paid\n",
        "",
        EXAMPLES,
    ),
    Defect(
        "a tier grants its number once for ever",
        "processors/accounts/rewards.py",
        'key = f"granted/{reward.id}/{year}"',
        'key = f"granted/{reward.id}"',
        EXAMPLES,
    ),
    Defect(
        "a refused referral leaves no trace for what comes late",
        "processors/late/again.py",
        'LEFT_BEHIND = {"reviews", "referrals"}',
        'LEFT_BEHIND = {"reviews"}',
        EXAMPLES,
    ),
    Defect(
        "an event that comes late goes before its equals",
        "processors/late/again.py",
        "known.append((history.at, len(known), item, None))",
        "known.append((history.at, -1, item, None))",
        EXAMPLES,
    ),
    Defect(
        "a new cap of awards takes nothing back",
        "processors/decisions/caps.py",
        "elif used - int(held > 0) >= cap.amount:",
        "elif not held and used >= cap.amount:",
        EXAMPLES,
    ),
    Defect(
        "who invited himself is not told so",
        "processors/decisions/referrals.py",
        '_fails(draft, referral_id, item, order_id, "self_referral")',
        "pass",
        EXAMPLES,
    ),
    Defect(
        "only the last of what has ended makes no debt",
        "processors/accounts/lots.py",
        "order.lapsed.get(lot.rule, 0) + amount",
        "amount",
        EXAMPLES,
    ),
)
