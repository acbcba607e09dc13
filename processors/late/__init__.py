"""A late input, decided again in its place (semantics, section 9; architecture, section 10).

The account's history since its checkpoint is decided once more with the late input in it. What
was refused or redeemed stays; the late input posts its own entries, and whatever else comes out
differently is posted as a correction. The account ends as if the input had come in time.
"""

from processors.late.decide import decide_late

__all__ = ["decide_late"]
