"""Defects in what accounts share, and in what they hand to each other."""

from __future__ import annotations

from tests.planted.core import Defect

EXAMPLES = "tests/unit/programs/test_expressions.py"
UNANSWERED = "tests/unit/test_unanswered.py"
SETTLED = "tests/unit/test_settled.py"

SHARING = (
    Defect(
        "a refund before the answer drops all that waits",
        "processors/decisions/pools.py",
        "drop(draft, rule, name, min(waits, held + waits - wanted))",
        "drop(draft, rule, name, waits)",
        EXAMPLES,
    ),
    Defect(
        "a return forgets what waits for an answer",
        "processors/decisions/orders.py",
        "sorted({*held, *priced, *waited_for(draft, order_id, version)})",
        "sorted(held | priced)",
        EXAMPLES,
    ),
    Defect(
        "what is returned unanswered stays under the member's cap",
        "processors/decisions/pools.py",
        "        use_caps(draft, rule, -waits, stands, order.time, order.origin)\n",
        "",
        EXAMPLES,
    ),
    Defect(
        "what a budget grants is held, wanted or not",
        "processors/decisions/answers.py",
        "_note(draft, rule, lot, used, missing)",
        "_note(draft, rule, lot, data.amount, missing)",
        EXAMPLES,
    ),
    Defect(
        "what a budget has not left stays under the member's cap",
        "processors/decisions/answers.py",
        "use_caps(draft, rule, -missing, used + missing, order.time, order.origin)",
        "pass",
        EXAMPLES,
    ),
    Defect(
        "what was granted lasts from its answer on",
        "processors/decisions/answers.py",
        "release(draft, name, used, data.at)",
        "release(draft, name, used)",
        UNANSWERED,
    ),
    Defect(
        "what is still asked for is given back twice",
        "processors/late/sharing.py",
        "int(not waits)",
        "1",
        UNANSWERED,
    ),
    Defect(
        "what was released is still held",
        "processors/late/sharing.py",
        'KEPT = {"reserved", "committed"}',
        'KEPT = {"reserved", "committed", "released"}',
        EXAMPLES,
    ),
    Defect(
        "a late merge takes its grants once more",
        "processors/late/decide.py",
        "was, waits = together(held(draft), brought(item, draft.program)), all_asked(account)",
        "was, waits = held(draft), all_asked(account)",
        EXAMPLES,
    ),
    Defect(
        "a commit is forgotten before the answer",
        "processors/decisions/redemptions.py",
        'draft.put("redemptions", redemption_id, replace(item, hold_until=None))',
        "pass",
        UNANSWERED,
    ),
    Defect(
        "a refund has its effect where it waited and where it went",
        "processors/decisions/waiting.py",
        "parked.waits_for == reference and name not in draft.elsewhere",
        "parked.waits_for == reference",
        SETTLED,
    ),
    Defect(
        "a business key stays behind when its member goes",
        "processors/decisions/judge.py",
        '        draft.put("keys", under(origin, key), known)\n',
        "        pass\n",
        EXAMPLES,
    ),
    Defect(
        "a merged redemption is called by who brought it",
        "processors/decisions/belongings.py",
        "        redemptions=_signed(content.redemptions, member),\n",
        "",
        EXAMPLES,
    ),
    Defect(
        "an order is looked for where it was the last time",
        "processors/late/order.py",
        "self._came[member] = max(cause.time, self._came.get(member, 0))",
        "self._came[member] = cause.time",
        "tests/properties/test_unmerges.py",
    ),
)
