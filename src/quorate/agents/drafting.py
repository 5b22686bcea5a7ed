"""Drafting: from what somebody typed to a profile, or to everything that is wrong with it, field by field.

what was asked for -> each field read -> on top of a role's template, or of the profile as it stands -> checked whole
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from decimal import Decimal, InvalidOperation
from typing import Final

from quorate.agents.profile import (
    RULES,
    AgentProfile,
    Mode,
    Tool,
    UnfitProfileError,
    Violation,
)
from quorate.agents.registry import PAYLOAD_KEYS, as_tree, from_payload
from quorate.agents.role_templates import ROLE_TEMPLATES
from quorate.kernel.canonical import Json
from quorate.kernel.errors import InvariantBrokenError
from quorate.kernel.ids import is_name
from quorate.llm.tier import Tier

Asked = Mapping[str, object]
"""What somebody wants of a profile, under the names of the wire; numbers and dollars may come as text."""

EDITABLE: Final = PAYLOAD_KEYS - {"name", "enabled"}
"""What an edit may change: a name is for ever, the switch is an act of its own."""

EDITABLE_OF_RULES: Final = frozenset({"title", "description", "horizonSessions"})
"""What an edit may change of a keyless agent: the rest of it is code.  Source: DESIGN 5."""

MAX_TITLE: Final = 120
MAX_DESCRIPTION: Final = 400
MAX_MODEL: Final = 200
MAX_BUDGET: Final = Decimal(10_000)
"""The largest budget of one profile in dollars.  Ours: a mistyped one must not be as good as none."""

SMALLEST_BUDGET: Final = Decimal("0.000000001")

RESERVED: Final = frozenset({"new", "switch"})
"""Words that follow the roster's address and are no profile."""

_NAME_LENGTH: Final = 64


class _WrongError(ValueError):
    """A field that cannot be read; its text says what was wanted."""


def new_profile(asked: Asked, taken: Collection[str] = ()) -> AgentProfile:
    """Return the profile that `asked` describes, on top of its role's template; it is disabled.

    A `name` that cannot be one becomes the title, and the name is made from it.

    Raises:
        UnfitProfileError: what was asked for cannot be; it says so of every field.
    """
    called = str(asked.get("name", ""))
    name, title = named(called, taken)
    role = str(asked.get("role", ""))
    template = ROLE_TEMPLATES.get(role)
    if template is None:
        known = ", ".join(ROLE_TEMPLATES)
        raise UnfitProfileError(called, [Violation("role", f"a role is one of {known}")])
    base: dict[str, Json] = {**template.payload(), "name": name, "title": title}
    return _made(name, base, {key: asked[key] for key in asked if key != "name"})


def edited(profile: AgentProfile, asked: Asked) -> AgentProfile:
    """Return `profile` with what `asked` wants of it; a new role without a prompt takes that role's first one.

    Raises:
        UnfitProfileError: what was asked for cannot be; it says so of every field.
    """
    allowed = EDITABLE_OF_RULES if profile.is_rule_agent else EDITABLE
    fixed = [Violation(key, _fixed(key, profile)) for key in asked if key not in allowed]
    if fixed:
        raise UnfitProfileError(profile.name, fixed)
    base = as_tree(profile)
    if "role" in asked and asked["role"] != base["role"] and "promptTemplate" not in asked:
        template = ROLE_TEMPLATES.get(str(asked["role"]))
        base["promptTemplate"] = template.prompt_template if template else ""
    return _made(profile.name, base, asked)


def named(called: str, taken: Collection[str] = ()) -> tuple[str, str]:
    """Return the name and the title of a profile that somebody calls `called`.

    Raises:
        UnfitProfileError: it is empty, too long, or says nothing that can be read.
    """
    if called in RESERVED:
        rule = f"'{called}' stands in addresses of its own: choose another name"
        raise UnfitProfileError(called, [Violation("name", rule)])
    if is_name(called):
        return called, ""
    try:
        title = _line(MAX_TITLE)(called)
    except _WrongError as error:
        raise UnfitProfileError(called[:MAX_TITLE], [Violation("name", str(error))]) from None
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9_]+", "-", plain).strip("-_") or "profile"
    stem = stem if stem[0].isalpha() else f"p-{stem}"
    name, number = stem[:_NAME_LENGTH].rstrip("-"), 1
    while name in taken or name in RESERVED:
        number += 1
        name = f"{stem[: _NAME_LENGTH - 5].rstrip('-')}-{number}"
    return name, title


def _fixed(key: str, profile: AgentProfile) -> str:
    if key not in PAYLOAD_KEYS:
        return f"a profile has no '{key}'"
    if key == "name":
        return "a name is for ever: its runs are filed under it"
    if key == "enabled":
        return "switch a profile on or off, or archive it: that is no edit"
    return f"{profile.name} is code: of a keyless agent only {_enumerated(EDITABLE_OF_RULES)} can be edited"


def _enumerated(keys: Collection[str]) -> str:
    *others, last = sorted(keys)
    return f"{', '.join(others)} and {last}"


def _made(name: str, base: dict[str, Json], asked: Asked) -> AgentProfile:
    violations: list[Violation] = []
    for key, value in asked.items():
        read = _READERS.get(key)
        if read is None:
            violations.append(Violation(key, f"a profile has no '{key}'"))
            continue
        try:
            base[key] = read(value)
        except _WrongError as error:
            violations.append(Violation(key, str(error)))
    violations += _agents_own(base, asked)
    if violations:
        raise UnfitProfileError(name, violations)
    return _checked(base)


def _checked(payload: dict[str, Json]) -> AgentProfile:
    try:
        return from_payload(payload)
    except InvariantBrokenError as error:
        if isinstance(error.__cause__, UnfitProfileError):
            raise error.__cause__ from None
        raise


def _agents_own(base: Mapping[str, Json], asked: Asked) -> list[Violation]:
    if asked.get("provider") != RULES:
        return []
    rule = "the keyless agents come with Quorate: name a provider of models"
    return [Violation("provider", rule)] if base.get("provider") == RULES else []


def _line(most: int, *, empty: bool = False) -> Callable[[object], str]:
    """Return what reads one line of text that a person can see."""

    def read(value: object) -> str:
        if not isinstance(value, str):
            raise _WrongError("text is wanted")
        text = value.strip()
        if not text and not empty:
            raise _WrongError("it must not be empty")
        if len(text) > most:
            raise _WrongError(f"at most {most} characters")
        if not text.isprintable():
            raise _WrongError("only characters that can be seen, on one line")
        return text

    return read


def _one_of(kind: Callable[[str], str], words: Collection[str]) -> Callable[[object], Json]:
    def read(value: object) -> Json:
        if str(value) not in words:
            raise _WrongError(f"one of {', '.join(words)}")
        return kind(str(value))

    return read


def _provider(value: object) -> Json:
    if not isinstance(value, str) or not is_name(value):
        raise _WrongError("a provider's name is lower case, as in openrouter")
    return value


def _whole(value: object) -> Json:
    text = str(value).strip()
    if isinstance(value, bool) or not re.fullmatch(r"-?[0-9]{1,9}", text):
        raise _WrongError("a whole number is wanted")
    return int(text)


def _number(value: object) -> Json:
    try:
        number = float(str(value).strip())
    except ValueError:
        raise _WrongError("a number is wanted") from None
    if isinstance(value, bool) or number != number:  # noqa: PLR0124  (that is how NaN is known)
        raise _WrongError("a number is wanted")
    return repr(number)


def _budget(value: object) -> Json:
    """Read dollars; nothing, an empty text and "none" leave the limits that hold for everybody."""
    text = "" if value is None else str(value).strip().removeprefix("$")
    if text.lower() in {"", "none"}:
        return None
    try:
        amount = Decimal(text)
    except InvalidOperation:
        raise _WrongError("dollars are wanted, as in 0.25, or none") from None
    if isinstance(value, bool) or not amount.is_finite() or not 0 <= amount <= MAX_BUDGET:
        raise _WrongError(f"dollars from 0 to {MAX_BUDGET}, or none")
    if amount % SMALLEST_BUDGET:
        raise _WrongError("budgets count billionths of a dollar, nothing smaller")
    return format(amount, "f")


def _tools(value: object) -> Json:
    if not isinstance(value, list | tuple):
        raise _WrongError("a list of tools is wanted")
    unknown = [str(name) for name in value if str(name) not in {*Tool}]
    if unknown:
        raise _WrongError(f"there is no tool {', '.join(unknown)}; there are {', '.join(Tool)}")
    return [tool.value for tool in Tool if tool.value in {str(name) for name in value}]


_READERS: Final[Mapping[str, Callable[[object], Json]]] = {
    "title": _line(MAX_TITLE, empty=True),
    "role": _one_of(str, ROLE_TEMPLATES),
    "provider": _provider,
    "model": _line(MAX_MODEL),
    "tier": _one_of(str, [*Tier]),
    "mode": _one_of(str, [*Mode]),
    "description": _line(MAX_DESCRIPTION, empty=True),
    "horizonSessions": _whole,
    "temperature": _number,
    "maxTokens": _whole,
    "promptTemplate": _line(MAX_TITLE),
    "toolPolicy": _tools,
    "budgetPerDayUsd": _budget,
    "budgetPerRunUsd": _budget,
}
