"""What came of the examples."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Failure:
    """One thing that is not as the example says."""

    step: int | None
    """None for what is checked after the last step."""
    what: str
    expected: str
    came: str
    why: tuple[str, ...] = ()


@dataclass(frozen=True)
class Result:
    """One example, and all in which it fails."""

    example: str
    says: str
    failures: tuple[Failure, ...] = field(default=())

    @property
    def holds(self) -> bool:
        """True when everything came as expected."""
        return not self.failures


def lines(result: Result) -> list[str]:
    """A failing example in plain words."""
    out = [f"{result.example}: {result.says}"]
    for failure in result.failures:
        place = "after the last step" if failure.step is None else f"step {failure.step}"
        out.append(f"  {place}: {failure.what}")
        out.append(f"    expected: {failure.expected}")
        out.append(f"    came:     {failure.came}")
        out += [f"    why:      {reason}" for reason in failure.why]
    return out
