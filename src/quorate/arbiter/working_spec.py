"""CAWS working specs: read into a task spec, or refused with every key that is wrong.

The scope names what a task may touch: `AAPL` or `symbol:AAPL`, and `tool:bars`. An acceptance criterion is checkable:
its `then` is a predicate, as in `$.account.powerCalls lte 3`. The newer schema has no budget of its own: it is the
policy's for the tier, and `non_functional.perf` may only ask for less (`cost_usd`, `power_calls`, `wall_seconds`,
`tokens`, `portfolio_delta`). Source: R-133 (ARBITER facts, "CAWS working-spec schema").
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from types import MappingProxyType
from typing import Final, NamedTuple, TypeAlias

from quorate.arbiter.constitution.budget import TIER_LIMITS, told_number
from quorate.arbiter.predicate import Predicate, predicate_in
from quorate.arbiter.spec import Acceptance, RiskTier, TaskSpec
from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import Symbol, symbol_in

SPEC_ID: Final = re.compile(r"[A-Z][A-Z0-9]*(-[A-Z0-9]+)*-\d+")
SLO: Final = re.compile(r"[1-9]\d{0,4}(s|m|h|d)")
WAIVER_ID: Final = re.compile(r"WV-\d{4}")
TITLE: Final = range(10, 201)
MODES: Final = frozenset({"feature", "refactor", "fix", "doc", "docs", "chore", "development"})
TOOL: Final = re.compile(r"tool:([a-z][a-z_]{0,39})")

Tree: TypeAlias = "Mapping[str, object]"


class KeyProblem(NamedTuple):
    """A key of a working spec that is wrong, and what it should be."""

    key: str
    problem: str


class UnfitSpecError(RejectedError):
    """A working spec that no task can be made of; `problems` name every wrong key."""

    def __init__(self, problems: Sequence[KeyProblem]) -> None:
        said = "; ".join(f"{each.key} {each.problem}" for each in problems)
        super().__init__(
            f"the working spec is refused: {said}",
            effect="nothing was read from it",
            fix="mend the keys that are named",
        )
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Field:
    """What a key holds: how it is judged, and whether it must be there."""

    judge: Callable[[str, object], Iterator[KeyProblem]]
    needed: bool = True


def task_spec(tree: object, *, older: bool = False) -> TaskSpec:
    """Return the task spec that a working spec makes; `older` takes the schema that carries `change_budget`.

    Raises:
        UnfitSpecError: a key is missing, unknown or wrong; all of them are named.
    """
    if not isinstance(tree, Mapping):
        raise UnfitSpecError([KeyProblem("(the file)", "is no mapping of keys")])
    problems = list(_problems(tree, older=older))
    if problems:
        raise UnfitSpecError(problems)
    spec = _made(tree)
    return _lowered(spec, tree["non_functional"])


def _problems(tree: Tree, *, older: bool) -> Iterator[KeyProblem]:
    fields = {**_FIELDS, **({"change_budget": _BUDGET} if older else {})}
    for key in sorted(map(str, tree.keys() - fields.keys())):
        told = (
            "is for the policy to say, not for the spec" if key == "change_budget" else "is unknown"
        )
        yield KeyProblem(key, told)
    for key, field in fields.items():
        if key in tree:
            yield from field.judge(key, tree[key])
        elif field.needed:
            yield KeyProblem(key, "is missing")


def _made(tree: Tree) -> TaskSpec:
    """Return the spec of a tree in which nothing is wrong, with its tier's budget."""
    tier = RiskTier(int(str(tree["risk_tier"])))
    limits, scope = TIER_LIMITS[tier], _mapping(tree["scope"])
    names = _texts(scope["in"])
    return TaskSpec(
        spec_id=str(tree["id"]),
        title=str(tree["title"]),
        risk_tier=tier,
        symbols=tuple(symbol for name in names if (symbol := _symbol(name))),
        tools=tuple(found[1] for name in names if (found := TOOL.fullmatch(name))),
        max_cost_usd=limits.usd,
        max_power_calls=limits.power_calls,
        max_wall_ms=limits.wall_ms,
        max_portfolio_delta=limits.portfolio_delta,
        invariants=tuple(_texts(tree["invariants"])),
        acceptance=tuple(map(_acceptance, _items(tree["acceptance"]))),
        waivers=tuple(_texts(tree.get("waiver_ids", ()))),
    )


def _lowered(spec: TaskSpec, non_functional: object) -> TaskSpec:
    """Return the spec with the smaller budget that it asks for."""
    perf = _mapping(_mapping(non_functional).get("perf", {}))
    told = {key: number for key in PERF if (number := told_number(perf.get(key))) is not None}
    wall = told.get("wall_seconds")
    tokens, calls = told.get("tokens"), told.get("power_calls")
    return replace(
        spec,
        max_cost_usd=told.get("cost_usd", spec.max_cost_usd),
        max_power_calls=spec.max_power_calls if calls is None else int(calls),
        max_wall_ms=spec.max_wall_ms if wall is None else int(wall * 1000),
        max_tokens=spec.max_tokens if tokens is None else int(tokens),
        max_portfolio_delta=told.get("portfolio_delta", spec.max_portfolio_delta),
    )


def _acceptance(item: Tree) -> Acceptance:
    then = str(item["then"])
    check = predicate_in(then)
    if check is None:
        raise UnfitSpecError([KeyProblem("acceptance", "has a `then` that cannot be checked")])
    return Acceptance(
        id=str(item["id"]),
        given=str(item["given"]),
        when=str(item["when"]),
        then=then,
        check=check,
    )


def _symbol(name: str) -> Symbol | None:
    return symbol_in(name.removeprefix("symbol:"))


def _of_text(pattern: re.Pattern[str], said: str) -> Callable[[str, object], Iterator[KeyProblem]]:
    def judge(key: str, value: object) -> Iterator[KeyProblem]:
        if not isinstance(value, str) or not pattern.fullmatch(value):
            yield KeyProblem(key, said)

    return judge


def _any(_key: str, _value: object) -> Iterator[KeyProblem]:
    yield from ()


def _title(key: str, value: object) -> Iterator[KeyProblem]:
    if not isinstance(value, str) or len(value) not in TITLE:
        yield KeyProblem(key, "is text of 10 to 200 characters")


def _tier(key: str, value: object) -> Iterator[KeyProblem]:
    if isinstance(value, bool) or value not in (1, 2, 3):
        yield KeyProblem(key, "is 1, 2 or 3")


def _mode(key: str, value: object) -> Iterator[KeyProblem]:
    if value not in MODES:
        yield KeyProblem(key, f"is one of {', '.join(sorted(MODES))}")


def _blast_radius(key: str, value: object) -> Iterator[KeyProblem]:
    yield from _shape(key, value, {"modules": _is_texts, "data_migration": _is_flag})


def _scope(key: str, value: object) -> Iterator[KeyProblem]:
    yield from _shape(key, value, {"in": _is_some_texts}, {"out": _is_texts})
    scope = _mapping(value)
    for place, name in enumerate(_texts(scope.get("in", ()))):
        if not TOOL.fullmatch(name) and _symbol(name) is None:
            yield KeyProblem(f"{key}.in[{place}]", "is neither a symbol nor tool:NAME")
    both = set(_texts(scope.get("in", ()))) & set(_texts(scope.get("out", ())))
    if both:
        yield KeyProblem(f"{key}.out", f"takes out what is in: {', '.join(sorted(both))}")


def _invariants(key: str, value: object) -> Iterator[KeyProblem]:
    if not _is_some_texts(value):
        yield KeyProblem(key, "is a list of at least one text")


def _criteria(key: str, value: object) -> Iterator[KeyProblem]:
    items = value if isinstance(value, list) else []
    if not items:
        yield KeyProblem(key, "is a list of at least one criterion")
    for place, item in enumerate(items):
        where = f"{key}[{place}]"
        yield from _shape(where, item, dict.fromkeys(("id", "given", "when", "then"), _is_text))
        then = _mapping(item).get("then")
        problem = _uncheckable(then) if isinstance(then, str) else ""
        if problem:
            yield KeyProblem(f"{where}.then", problem)
    ids = [str(_mapping(item).get("id")) for item in items]
    if len(set(ids)) < len(ids):
        yield KeyProblem(key, "has two criteria with one id")


def _uncheckable(then: str) -> str:
    try:
        check: Predicate | None = predicate_in(then)
    except RejectedError as error:
        return f"cannot be checked: {error.cause}"
    return "" if check else "cannot be checked: write a predicate, as in $.account.powerCalls lte 3"


PERF: Final = ("cost_usd", "power_calls", "wall_seconds", "tokens", "portfolio_delta")


def _non_functional(key: str, value: object) -> Iterator[KeyProblem]:
    optional = {"a11y": _is_texts, "perf": _is_mapping, "security": _is_texts}
    yield from _shape(key, value, {}, optional)
    perf = _mapping(_mapping(value).get("perf", {}))
    for name in PERF:
        number = told_number(perf[name]) if name in perf else Decimal(0)
        if number is None or number < 0:
            yield KeyProblem(f"{key}.perf.{name}", "is a number, not below 0")


def _contracts(key: str, value: object) -> Iterator[KeyProblem]:
    if not isinstance(value, list):
        yield KeyProblem(key, "is a list")
        return
    for place, item in enumerate(value):
        yield from _shape(f"{key}[{place}]", item, {"type": _is_text, "path": _is_text})


def _waiver_ids(key: str, value: object) -> Iterator[KeyProblem]:
    if not _is_texts(value) or not all(map(WAIVER_ID.fullmatch, _texts(value))):
        yield KeyProblem(key, "is a list of ids like WV-0001")


def _experimental(key: str, value: object) -> Iterator[KeyProblem]:
    yield from _shape(
        key, value, {"enabled": _is_flag, "rationale": _is_text, "expires_at": _is_text}
    )


def _override(key: str, value: object) -> Iterator[KeyProblem]:
    yield from _shape(
        key,
        value,
        {"approved_by": _is_text, "reason": _is_text},
        {"waived_requirements": _is_texts, "expiry_date": _is_text},
    )


def _assessment(key: str, value: object) -> Iterator[KeyProblem]:
    optional = {"confidence_level": _is_number, "uncertainty_areas": _is_texts}
    yield from _shape(key, value, {}, optional)


def _change_budget(key: str, value: object) -> Iterator[KeyProblem]:
    yield from _shape(key, value, {"max_files": _is_number, "max_loc": _is_number})


_Check: TypeAlias = "Callable[[object], bool]"


def _shape(
    key: str,
    value: object,
    needed: Mapping[str, _Check],
    optional: Mapping[str, _Check] = MappingProxyType({}),
) -> Iterator[KeyProblem]:
    """Yield what is wrong with an object of these keys."""
    if not isinstance(value, Mapping):
        yield KeyProblem(key, "is an object")
        return
    for name in sorted(map(str, value.keys() - needed.keys() - optional.keys())):
        yield KeyProblem(f"{key}.{name}", "is unknown")
    for name, check in {**needed, **optional}.items():
        if name not in value:
            if name in needed:
                yield KeyProblem(f"{key}.{name}", "is missing")
        elif not check(value[name]):
            yield KeyProblem(f"{key}.{name}", f"is no {_KINDS[check]}")


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_flag(value: object) -> bool:
    return isinstance(value, bool)


def _is_number(value: object) -> bool:
    return not isinstance(value, str) and told_number(value) is not None


def _is_mapping(value: object) -> bool:
    return isinstance(value, Mapping)


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(map(_is_text, value))


def _is_some_texts(value: object) -> bool:
    return _is_texts(value) and bool(value)


_KINDS: Final[Mapping[_Check, str]] = MappingProxyType(
    {
        _is_text: "text",
        _is_flag: "true or false",
        _is_number: "number",
        _is_mapping: "object",
        _is_texts: "list of texts",
        _is_some_texts: "list of at least one text",
    }
)

_BUDGET: Final = _Field(judge=_change_budget)
_FIELDS: Final[Mapping[str, _Field]] = MappingProxyType(
    {
        "id": _Field(judge=_of_text(SPEC_ID, "is an id like FEAT-001")),
        "title": _Field(judge=_title),
        "risk_tier": _Field(judge=_tier),
        "mode": _Field(judge=_mode),
        "blast_radius": _Field(judge=_blast_radius),
        "operational_rollback_slo": _Field(judge=_of_text(SLO, "is a time like 5m")),
        "scope": _Field(judge=_scope),
        "invariants": _Field(judge=_invariants),
        "acceptance": _Field(judge=_criteria),
        "non_functional": _Field(judge=_non_functional),
        "contracts": _Field(judge=_contracts),
        "waiver_ids": _Field(judge=_waiver_ids, needed=False),
        "observability": _Field(judge=_any, needed=False),
        "migrations": _Field(judge=_any, needed=False),
        "rollback": _Field(judge=_any, needed=False),
        "experimental_mode": _Field(judge=_experimental, needed=False),
        "human_override": _Field(judge=_override, needed=False),
        "ai_assessment": _Field(judge=_assessment, needed=False),
    }
)


def _mapping(value: object) -> Tree:
    return value if isinstance(value, Mapping) else {}


def _items(value: object) -> Sequence[Tree]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def _texts(value: object) -> Sequence[str]:
    found = value if isinstance(value, list | tuple) else ()
    return [each for each in found if isinstance(each, str)]
