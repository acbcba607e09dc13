"""Changes that reach points which members already hold."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from processors.programs.lint.problems import Place, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from processors.programs.model import Expiry, ProgramFile, Version


def check(file: ProgramFile) -> Iterator[Problem]:
    """Retroactive versions, renewals by new rules, and units that change their meaning."""
    ordered = sorted(file.versions.items(), key=lambda item: item[1].effective_from)
    for (_, before), (name, version) in pairwise(ordered):
        place: Place = ("versions", name)
        if version.retroactive:
            text = "earlier grants are priced again, and every account gets the difference"
            yield Problem("lots-touched", (*place, "retroactive"), text)
        yield from _renewed(before, version, place)
        yield from _units(before, version, place)


def _renewed(before: Version, version: Version, place: Place) -> Iterator[Problem]:
    now, then = version.expiry, before.expiry
    if now.renewed_by and _moving(now) != _moving(then):
        text = "activity moves the end of points that were earned under the version before"
        yield Problem("lots-touched", (*place, "expiry"), text)


def _moving(expiry: Expiry) -> tuple[object, ...]:
    """What decides where an activity moves the end of all points."""
    return expiry.kind, expiry.after, expiry.day, expiry.month, expiry.renewed_by


def _units(before: Version, version: Version, place: Place) -> Iterator[Problem]:
    for name, unit in version.units.items():
        was = before.units.get(name)
        if was is not None and was.scale != unit.scale:
            text = f"had {was.scale} places before: amounts that members hold would change"
            yield Problem("lots-touched", (*place, "units", name, "scale"), text)
    for name in before.units:
        if name not in version.units:
            text = f"does not have {name} any more, which members may still hold"
            yield Problem("lots-touched", (*place, "units"), text)
