"""A compiled program: what decisions ask it. Pure data and closures, made once at load.

Nothing here knows YAML, and nothing in `decisions/` knows how a program was written down.
Instants are microseconds since 1970 UTC; amounts are whole smallest steps of their unit.
"""

from processors.programs.compiled.earning import (
    EVER,
    ActivityRule,
    Award,
    Cap,
    Challenge,
    Delivery,
    Lasting,
    Pool,
    Rule,
    Unit,
)
from processors.programs.compiled.ladders import Ladder, Tier
from processors.programs.compiled.rewards import (
    Accounting,
    Allowance,
    Conversion,
    Done,
    Reach,
    Recognition,
    Redeeming,
    Regulars,
    Reminder,
    Reward,
)
from processors.programs.compiled.sides import ReferralRules, ReviewRules
from processors.programs.compiled.version import Dated, Program, Version

__all__ = [
    "EVER",
    "Accounting",
    "ActivityRule",
    "Allowance",
    "Award",
    "Cap",
    "Challenge",
    "Conversion",
    "Dated",
    "Delivery",
    "Done",
    "Ladder",
    "Lasting",
    "Pool",
    "Program",
    "Reach",
    "Recognition",
    "Redeeming",
    "ReferralRules",
    "Regulars",
    "Reminder",
    "ReviewRules",
    "Reward",
    "Rule",
    "Tier",
    "Unit",
    "Version",
]
