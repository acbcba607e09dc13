"""Every finding: its id, whether it makes a program unusable, and its page of explanation."""

from __future__ import annotations

from typing import NamedTuple


class Page(NamedTuple):
    """One finding's explanation."""

    title: str
    text: str
    error: bool = False


PAGES: dict[str, Page] = {
    "yaml": Page(
        "The file is no YAML",
        """The file could not be read as YAML 1.2. The line and column say where reading
stopped; the mistake is there or on the line before: an indent that does not line up, a missing
colon, a quote that is not closed.""",
        error=True,
    ),
    "language": Page(
        "A key or a value is not of the language",
        """The language is closed: a key it does not know is a typo. A figure is an exact
decimal ("1.25"), a date is YYYY-MM-DD, an id is made of letters, digits, dots, dashes and
underscores. The JSON Schema (`loyalty program schema`) lets an editor complete and check as you
type.""",
        error=True,
    ),
    "name-unknown": Page(
        "A name that nothing in this version has",
        """A unit, tier, reward or rule is named that this version does not define. Versions
do not see into each other: what a version uses it must hold, its own or merged in with `<<`.""",
        error=True,
    ),
    "name-odd": Page(
        "Two names that look like one",
        """Plans, attributes, activities, channels, categories and roles are brought by
events and need no definition, so a slip in one of them is not an unknown name. Two that nearly
agree in one file are usually meant to be one; so is a key that a variant adds beside one of
what it extends.""",
    ),
    "name-twice": Page(
        "A name that stands twice in one list",
        """Once is enough, and twice changes nothing: usually another name was meant, and the
one that is written was copied.""",
    ),
    "version-same": Page(
        "A version that changes nothing",
        """It says the same as the version before it. Orders would be priced alike and carry
another version's name: either a change was forgotten, or the version can go.""",
    ),
    "figure-places": Page(
        "A figure with more decimal places than its unit",
        """A number of points has at most the places of its unit (`scale`), an amount of
money two, a count none. What is finer could never be booked.""",
        error=True,
    ),
    "expression": Page(
        "An expression that cannot be understood",
        """An `expression` is a comparison, or several joined with `and`, `or` and `not`.
What it compares is one of the facts that programs/README.md lists; both sides must be of one
kind: money with money, a date with a date. Text stands in double quotes.""",
        error=True,
    ),
    "key-idle": Page(
        "A key that changes nothing here",
        """The key is one of the language, but another one decides that it is not looked at:
a length of a rolling window on a ladder whose window is the calendar year, a grace period where
no tier keeps points from ending. Take it out, or set what it works with.""",
    ),
    "accepts-nothing": Page(
        "A finding is accepted that there is none of",
        """`accepts` names a finding and the place it is meant at, as the check prints it,
with or without `versions.NAME` before it; the reason stands behind it. Nothing is found there
(any more), so the line would hide a later mistake.""",
    ),
    "version-overlap": Page(
        "Two versions begin on one day",
        """The version in force at an event's time decides, so each needs a day of its own.""",
        error=True,
    ),
    "version-order": Page(
        "Versions do not stand in the order of their dates",
        """They are put in force by date, whatever their order in the file. A reader takes
the last one in the file for the newest.""",
    ),
    "version-gap": Page(
        "A window is cut off by a version that does not have it",
        """A promotion or a price runs from one day to another, but only the version in force
at an event's time is asked. Where the window reaches into a version without it, nothing happens
there. Repeat it in that version, or end it where its own version ends.""",
    ),
    "lots-touched": Page(
        "A change that reaches points already earned",
        """Points keep the dates and the price of the version that gave them. This change
breaks with that: a retroactive version prices earlier grants again, a renewal moves the end of
older lots by new rules, another scale gives old amounts another meaning. Members will see it;
accept it in the file (`accepts:`) with the reason if it is meant.""",
    ),
    "tier-order": Page(
        "Thresholds do not rise",
        """Tiers stand from the lowest to the highest, and each must need more than the one
before it, in every currency and of all that is counted. Otherwise the lower one can never be held.
Where a tier needs all of several figures, none may fall, and one must rise.""",
        error=True,
    ),
    "tier-gap": Page(
        "A figure that no tier covers",
        """The lowest tier is what everybody holds, so it starts at 0; and a currency that
one tier has a threshold in needs one in every tier above the lowest. Otherwise there are
members without a tier, or tiers that spend in one currency can never reach. A ladder that counts
several things says of each figure what it is of, and uses each.""",
        error=True,
    ),
    "tier-overlap": Page(
        "Two tiers at one figure",
        """Both are reached at once, and the higher one is held; the lower one never is.""",
        error=True,
    ),
    "tier-missing": Page(
        "A table by tier leaves a tier out",
        """Some tiers have a figure and others none. They would get the default, which is
hardly meant; say the figure of each, or the one of all others (`points`, `valid_days`).""",
    ),
    "tier-falls": Page(
        "A higher tier gets less",
        """Figures by tier fall where the tiers rise: two of them are probably swapped.""",
    ),
    "window-missing": Page(
        "A window or a hold without its length",
        """A rolling window needs `rolling_days` or `rolling_months` (one of them), a
personal one `personal_months`, and `held: months` needs `hold_months`.""",
        error=True,
    ),
    "promotion-effect": Page(
        "A promotion needs one effect",
        """`multiply` (times the rate), `multiply_by_tier`, `rate` (instead of the rate) or
`add` (points on top): exactly one of them. Two effects are two promotions.""",
        error=True,
    ),
    "promotion-never-runs": Page(
        "A promotion that never runs",
        """Its window is empty, holds none of its weekdays, lies outside the time in which
its version is in force, or asks for what cannot be; or it runs and changes nothing, like a
multiplier of 1.""",
    ),
    "rule-unreachable": Page(
        "A rule that can never earn",
        """Its conditions exclude each other, or leave nothing to earn on: a tender that is
both wanted and barred, a category that is both asked for and excluded, an attribute that must
and must not have one value, a rate of 0.""",
    ),
    "rule-shadowed": Page(
        "A rule that another one always hides, or doubles",
        """Where only the best or the latest promotion counts, one that is never better (or
newer) than another with the same reach never counts. Two earning rules with the same conditions
both earn, for the same money: usually one was meant to replace the other.""",
    ),
    "cap-never-binds": Page(
        "A cap that can never bind",
        """A narrower cap, or the most that the rule can give, keeps the figure below it at
any time. Either one of them is wrong, or the wider one can go.""",
    ),
    "cap-mixed": Page(
        "A cap that adds up points of different units",
        """A shared cap counts what all of its rules give. Points of one unit cannot be added
to those of another.""",
    ),
    "rounding-leaks": Page(
        "Rounding that gives away points",
        """Rounded up, the smallest amount earns a whole point, so splitting a basket earns
more than buying it whole; rounded for each line, splitting lines does. With refunds priced one
by one and cut, many small returns take less than one large one. The finding shows an amount.
Programs that publish such a rule accept it in the file (`accepts:`).""",
    ),
    "reward-unaffordable": Page(
        "A reward that nobody can afford",
        """Its price lies above what an account can hold: the unit is never earned, a
lifetime cap is lower, points turn into vouchers by themselves before there are so many, or end
sooner than caps let them gather; or it would take a fortune, far above every other reward.""",
    ),
    "reward-form": Page(
        "A reward says too little or too much about how it is had",
        """A reward with a `cost` is in the catalogue and is asked for; one without is
granted by what it names (`on_birthday`, `on_entry_of`, …), by a conversion, an activity or
another reward. It cannot be both, and a price needs its unit.""",
        error=True,
    ),
    "reward-never-open": Page(
        "A reward that nobody ever gets",
        """It has no price and nothing grants it, its window is empty, or it waits for what
does not happen.""",
    ),
    "choice-of-one": Page(
        "A choice group with one reward",
        """Using one reward of a group closes the others. Here there are none: the name of
the group is probably spelt in two ways.""",
    ),
    "price-odd": Page(
        "A seasonal price that never holds, or is no lower",
        """`prices` are other prices for requests in a window. One whose window is empty,
lies outside its version or behind another one never holds; one that is not lower is hardly
meant.""",
    ),
    "ends-at-once": Page(
        "Points that end on the day that they come",
        """`after` counts days, months, quarters or years from the day on which points become
available; with 0 they are gone the moment they are there.""",
    ),
    "reminder-form": Page(
        "A reminder is about nothing, or about several things",
        """It names the `unit` whose points, the `ladder` whose tiers, or the `reward` that is
about to end: one of them. For another, write another reminder.""",
        error=True,
    ),
    "reminder-never-sent": Page(
        "A reminder that is never sent",
        """It goes out so many days before points end. Points without an end need none, and
points that live shorter than that would be reminded of before they are earned.""",
    ),
    "sunset-order": Page(
        "The steps of a program's end are out of order",
        """Earning ends first, then redeeming, then what is left lapses.""",
    ),
    "accounting": Page(
        "A value of points that cannot be",
        """`redeemed_share` is a share: between 0 and 1. A unit that only counts (`spendable:
false`) is no liability.""",
        error=True,
    ),
    "unit-never-earned": Page(
        "A unit that nothing earns",
        """No rule, referral, review, activity or allowance of any version gives it. Points
by hand alone are rare enough to say so (`accepts:`).""",
    ),
    "unit-never-spent": Page(
        "A spendable unit that nothing is to be had for",
        """No reward, conversion, milestone or redemption by amount takes it. A unit that
only counts says `spendable: false`.""",
    ),
}
