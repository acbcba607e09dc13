"""Defects of the pure core: each a line of the source that says something else."""

from __future__ import annotations

from typing import NamedTuple


class Defect(NamedTuple):
    """In `file`, `was` is replaced by `now`; at least one test of `judges` must fail."""

    name: str
    file: str
    was: str
    now: str
    judges: str


STORY = "tests/properties/test_story.py"
BOOK = "tests/properties/test_book.py"
PROGRAMS = "tests/properties/test_every_program.py"
MODELS = "tests/properties/test_models.py"
EXAMPLES = "tests/unit/examples"
ONCE = "tests/unit/partition/test_once.py"
VERSIONS = "tests/properties/test_new_versions.py"

CORE = (
    Defect(
        "a conflict passes for a duplicate",
        "processors/step.py",
        "same = seen[0] == item.payload",
        "same = True",
        STORY,
    ),
    Defect(
        "identities are forgotten after a day",
        "processors/decisions/closing.py",
        "late = account.time - (draft.program.late_horizon_days + 1) * DAY",
        "late = account.time - DAY",
        PROGRAMS,
    ),
    Defect(
        "a wall clock in the fold",
        "processors/decisions/redemptions.py",
        'state="committed", closed_at=draft.time',
        'state="committed", closed_at=__import__("time").time_ns() // 1000',
        "tests/properties/test_determinism.py",
    ),
    Defect(
        "late events count at the end",
        "processors/step.py",
        "if item.time >= account.time or",
        "if item.arrival > 0 or",
        "tests/properties/test_permuted_arrival.py",
    ),
    Defect(
        "who rests never hears of a new version",
        "processors/partition/planning.py",
        "if partition.planned == program.hash:",
        "if partition.planned:",
        VERSIONS,
    ),
    Defect(
        "a head says that all are planned who are not",
        "processors/partition/planning.py",
        'partition.planned = ""\n',
        "pass\n",
        VERSIONS,
    ),
    Defect(
        "what was earned first is spent first",
        "processors/accounts/consumption.py",
        "return (NEVER if lot.expires_at is None else lot.expires_at, lot.earned_at, name)",
        "return (lot.earned_at, 0, name)",
        EXAMPLES,
    ),
    Defect(
        "a shortfall is dropped without a word",
        "processors/accounts/take.py",
        'if left and policy == "carry":',
        'if left and policy == "carried":',
        MODELS,
    ),
    Defect(
        "refunds by the rule of today",
        "processors/decisions/purchases.py",
        "version, posted = draft.version_of(order), len(draft.entries)",
        "version, posted = draft.version, len(draft.entries)",
        EXAMPLES,
    ),
    Defect(
        "half a point is rounded up",
        "processors/programs/figures.py",
        "return top // bottom\n",
        "return (2 * top + bottom) // (2 * bottom)\n",
        STORY,
    ),
    Defect(
        "what is owed is not paid first",
        "processors/accounts/lots.py",
        "paid = min(amount, draft.totals(rule.unit).debt)",
        "paid = 0",
        MODELS,
    ),
    Defect(
        "caps give no room back",
        "processors/decisions/orders.py",
        "use_caps(draft, rule, fits - held, held, order.time, order.origin)",
        "use_caps(draft, rule, max(0, fits - held), held, order.time, order.origin)",
        EXAMPLES,
    ),
    Defect(
        "a promotion's last instant belongs to it",
        "processors/programs/promotions.py",
        "if one.starts <= wall < one.ends]",
        "if one.starts <= wall <= one.ends]",
        EXAMPLES,
    ),
    Defect(
        "a discount's remainder goes to the later line",
        "processors/decisions/orders.py",
        "key=lambda i: (-rests[i], i))[:missing]",
        "key=lambda i: (-rests[i], -i))[:missing]",
        EXAMPLES,
    ),
    Defect(
        "what is due at an event's time comes after it",
        "processors/partition/fold.py",
        "is not None and due <= item.time:",
        "is not None and due < item.time:",
        ONCE,
    ),
    Defect(
        "a reader asks for no hash",
        "schemas/chain.py",
        "if seq != self.next_seq or prev != self.prev:",
        "if seq != self.next_seq:",
        "tests/unit/verify tests/properties/test_checker.py tests/unit/partition",
    ),
    Defect(
        "a hash of the beginning alone",
        "schemas/chain.py",
        "return blake2b(value, digest_size=16).hexdigest()",
        "return blake2b(value[:200], digest_size=16).hexdigest()",
        "tests/unit/schemas tests/properties/test_checker.py",
    ),
    Defect(
        "a transfer is taken twice",
        "processors/partition/fold.py",
        "if place <= self.transfers.get(sender, (0, -1)):",
        "if place < self.transfers.get(sender, (0, -1)):",
        ONCE,
    ),
    Defect(
        "recovery reads the last input again",
        "processors/partition/recovery.py",
        "partition.positions[source.topic] = source.offset + 1",
        "partition.positions[source.topic] = source.offset",
        ONCE,
    ),
    Defect(
        "recovery forgets what is due",
        "processors/partition/store.py",
        "due = int(content)",
        "due = None",
        "tests/properties/test_partition.py tests/properties/test_state_machine.py " + PROGRAMS,
    ),
    Defect(
        "all effects of a decision have one id",
        "processors/partition/effects.py",
        'id=_id(record.account or "", which, effect.kind, index)',
        'id=_id(record.account or "", which, effect.kind, 0)',
        "tests/unit/test_history.py",
    ),
    Defect(
        "a reward is told whenever it is open",
        "processors/accounts/rewards.py",
        "if is_open(draft, reward) == (name in grants):",
        "if not is_open(draft, reward) and name not in grants:",
        STORY,
    ),
    Defect(
        "bookkeeping counts as a change",
        "processors/accounts/draft.py",
        "or any(collection not in BOOKKEEPING for collection, _ in self.changed)",
        "or self.changed",
        ONCE,
    ),
    Defect(
        "a balance of nothing is a tombstone",
        "projections/balance.py",
        "if balance is not UNSET:",
        'if balance is not UNSET and b\'"available":"0"\' not in bytes(balance):',
        "tests/unit/projections tests/properties/test_outputs.py " + MODELS,
    ),
    Defect(
        "a late event tells of no other opening",
        "processors/late/corrections.py",
        "if before is not None and after is not None and _spans(before) == _spans(after):",
        "if before is not None and after is not None:",
        PROGRAMS + "::test_who_reads_of_rewards_knows_what_is_open",
    ),
    Defect(
        "an opt-in has no number and no balance",
        "processors/accounts/draft.py",
        'frozenset({"identities", "keys", "timers", CLOCK})',
        'frozenset({"identities", "keys", "marks", "timers", CLOCK})',
        PROGRAMS + "::test_whatever_changes_an_account_has_a_number_and_a_balance",
    ),
    Defect(
        "a step of 128 offsets is cut in half",
        "processors/partition/trail.py",
        "if value < 128:",
        "if value <= 128:",
        "tests/unit/partition/test_trail.py",
    ),
    Defect(
        "what was saved once is saved with every run",
        "processors/partition/unsaved.py",
        "        self._forced.clear()\n",
        "",
        "tests/unit/partition/test_unsaved.py",
    ),
    Defect(
        "a dead letter names the newest version",
        "processors/partition/unowned.py",
        "version = writer.engine.program.version_at(fetched.timestamp * 1000).hash",
        "version = writer.engine.program.versions[-1].hash",
        "tests/unit/partition/test_dead_letters.py",
    ),
    Defect(
        "the places of a negative amount are added",
        "schemas/values.py",
        'return sign * int(whole + places.ljust(scale, "0"))',
        'return sign * int(whole) * 10**scale + int(places.ljust(scale, "0") or 0)',
        "tests/unit/schemas/test_values.py",
    ),
)
