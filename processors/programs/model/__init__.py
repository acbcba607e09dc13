"""A program file, as it is written. Closed: a key that is not here is a typo.

Amounts are exact decimal strings, dates are local to the program's zone. Every idea of the language
is one of these models; the compiler turns them into closures.
"""

from processors.programs.model.conditions import Basis, Tenders, When
from processors.programs.model.earning import (
    ActivityEarning,
    Cap,
    DeliveryEarning,
    Earning,
    Expiry,
    Rate,
    Release,
    SharedCap,
    Streak,
    Unit,
)
from processors.programs.model.ladders import Ladder, Rung
from processors.programs.model.program import Late, Merge, ProgramFile, Refund, Sunset, Version
from processors.programs.model.promotions import Birthday, Budget, ChosenDays, Limit, Promotion
from processors.programs.model.rewards import Price, Reward, Stock
from processors.programs.model.sides import Referral, Review, Side
from processors.programs.model.spending import (
    Accounting,
    Allowance,
    Conversion,
    Recognition,
    Redemption,
    Reminder,
)
from processors.programs.model.words import Model, Scalar

__all__ = [
    "Accounting",
    "ActivityEarning",
    "Allowance",
    "Basis",
    "Birthday",
    "Budget",
    "Cap",
    "ChosenDays",
    "Conversion",
    "DeliveryEarning",
    "Earning",
    "Expiry",
    "Ladder",
    "Late",
    "Limit",
    "Merge",
    "Model",
    "Price",
    "ProgramFile",
    "Promotion",
    "Rate",
    "Recognition",
    "Redemption",
    "Referral",
    "Refund",
    "Release",
    "Reminder",
    "Review",
    "Reward",
    "Rung",
    "Scalar",
    "SharedCap",
    "Side",
    "Stock",
    "Streak",
    "Sunset",
    "Tenders",
    "Unit",
    "Version",
    "When",
]
