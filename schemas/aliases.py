"""Aliases: the other names of a member, in one form each, and the account that each is kept by.

What is stored of an alias is a hash, keyed where the deployment sets a secret; never the number or
the address itself.
"""

from __future__ import annotations

import re
from hashlib import blake2b

from schemas.accounts import ALIAS

SCHEMES = frozenset({"phone", "email", "card", "code"})

NOT_A_DIGIT = re.compile(r"[^0-9]")
CALLING_CODES = {"AT": "43", "AU": "61", "BE": "32", "CA": "1", "CH": "41", "DE": "49", "DK": "45",
                 "ES": "34", "FR": "33", "GB": "44", "IE": "353", "IT": "39", "JP": "81",
                 "NL": "31", "NO": "47", "NZ": "64", "PL": "48", "PT": "351", "SE": "46",
                 "US": "1"}  # fmt: skip


def is_alias(subject: str) -> bool:
    """True when a subject begins with one of the schemes of an alias."""
    return ":" in subject and subject.partition(":")[0].lower() in SCHEMES


def names_nobody(subject: str) -> bool:
    """True for an alias with nothing behind its scheme, such as a till without a customer sends."""
    return is_alias(subject) and not normalise(subject).partition(":")[2].strip("+")


def normalise(subject: str, region: str | None = None) -> str:
    """The one form of an alias: E.164 for a phone, lower case for an e-mail. Ids stay as they are.

    `region` is the country of phone numbers that are written without their calling code.
    """
    if not is_alias(subject):
        return subject
    scheme, _, rest = subject.partition(":")
    scheme, rest = scheme.lower(), rest.strip()
    if scheme == "phone":
        rest = _phone(rest, region)
    elif scheme == "email":
        rest = rest.lower()
    return f"{scheme}:{rest}"


def _phone(number: str, region: str | None) -> str:
    digits = NOT_A_DIGIT.sub("", number)
    if number.startswith("+"):
        return f"+{digits}"
    if digits.startswith("00"):
        return f"+{digits[2:]}"
    code = CALLING_CODES.get(region or "")
    if code is None:
        return digits
    if code == "1":
        return f"+{digits}" if digits.startswith("1") else f"+1{digits}"
    return f"+{code}{digits.removeprefix('0')}"


def account_id(alias: str, partition: int, secret: bytes = b"") -> str:
    """The account that keeps a normalised alias. It names the partition on which the alias lives.

    Producers key by the alias itself; the hash would not lead back to where that key belongs.
    """
    name = blake2b(alias.encode(), digest_size=16, key=secret[:64]).hexdigest()
    return f"{ALIAS}{partition}/{name}"
