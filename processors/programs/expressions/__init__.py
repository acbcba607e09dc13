"""Conditions as text: `event.spend >= 50.00 and tier.status in ["silver", "gold"]`.

Typed, and free of side effects: facts are read, compared and joined, and nothing else. A fact
that a refund may change is read again; others are frozen with the order (semantics, section 5).
"""

from processors.programs.expressions.compiling import compile_expression, facts_of
from processors.programs.expressions.grammar import ExpressionError

__all__ = ["ExpressionError", "compile_expression", "facts_of"]
