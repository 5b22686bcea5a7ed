"""What may be accepted, said a second time: a JSON Schema validator, and a reader that shares no code with ours."""

import json
import re
from decimal import Decimal

from quorate.llm.decode import NoteCode, Rejection, RiskFlag
from tests.unit.llm.decode.answers import SCHEMA

TYPES = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "null": type(None),
    "number": (int, float, Decimal),
}
LIMITS = {
    "minimum": lambda value, limit: value >= limit,
    "maximum": lambda value, limit: value <= limit,
    "exclusiveMinimum": lambda value, limit: value > limit,
    "minLength": lambda value, limit: len(value) >= limit,
    "maxLength": lambda value, limit: len(value) <= limit,
    "minItems": lambda value, limit: len(value) >= limit,
    "maxItems": lambda value, limit: len(value) <= limit,
}
APPLIES = {"minimum": Decimal, "maximum": Decimal, "exclusiveMinimum": Decimal} | {
    **dict.fromkeys(["minLength", "maxLength"], str),
    **dict.fromkeys(["minItems", "maxItems"], list),
}
OUR_FLAGS = set(RiskFlag)
NUMBER = re.compile(r"-?[0-9]{1,40}(?:\.[0-9]{1,40})?(?:[eE][+-]?[0-9]{1,3})?")
ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
WORD = re.compile(r"[0-9A-Za-z]+")


def is_type(value, name):
    return isinstance(value, TYPES[name]) and (name == "boolean" or not isinstance(value, bool))


def violations(schema, value, path="$"):
    """Yield where `value` breaks `schema`; numbers are Decimals."""
    types = schema.get("type", list(TYPES))
    if not any(is_type(value, name) for name in ([types] if isinstance(types, str) else types)):
        yield f"{path}: not {types}"
        return
    if "enum" in schema and value not in schema["enum"]:
        yield f"{path}: not one of {schema['enum']}"
    for rule in LIMITS.keys() & schema.keys():
        if isinstance(value, APPLIES[rule]) and not LIMITS[rule](value, schema[rule]):
            yield f"{path}: {rule} {schema[rule]}"
    if isinstance(value, list) and "items" in schema:
        for number, item in enumerate(value):
            yield from violations(schema["items"], item, f"{path}[{number}]")
    if isinstance(value, dict):
        yield from _members(schema, value, path)


def _members(schema, value, path):
    yield from (f"{path}: no {name}" for name in schema.get("required", ()) if name not in value)
    for name, item in value.items():
        if name in schema["properties"]:
            yield from violations(schema["properties"][name], item, f"{path}.{name}")
        elif not schema.get("additionalProperties", True):
            yield f"{path}: unknown {name}"


def strict(text):
    """Return JSON with exact numbers; a key that stands twice is an error."""
    return json.loads(text, parse_float=Decimal, parse_int=Decimal, object_pairs_hook=_once)


def _once(pairs):
    assert len({key for key, _ in pairs}) == len(pairs), "a key stands twice"
    return dict(pairs)


def as_said(answer):
    """Return an accepted answer as JSON again, without what decoding added."""
    return {
        "decisions": [_as_said(decision) for decision in answer.decisions],
        "requiredTools": list(answer.required_tools),
        "dataDependencies": list(answer.data_dependencies),
    }


def _as_said(decision):
    own = list(decision.risk_flags)
    while own and own[-1] in OUR_FLAGS:
        own.pop()
    sizing = decision.sizing
    said = {
        "symbol": decision.symbol,
        "action": str(decision.action),
        "confidence": Decimal(repr(decision.confidence.value)),
        "rationale": decision.rationale,
        "sizing": {"kind": str(sizing.kind), "value": sizing.value} if sizing else None,
        "stop": decision.stop,
        "target": decision.target,
        "timeHorizon": decision.horizon.text if decision.horizon else None,
        "riskFlags": own,
        "veto": decision.veto,
        "riskScore": None if decision.risk_score is None else Decimal(repr(decision.risk_score)),
        "keySignals": list(decision.key_signals),
    }
    return said if decision.stance is None else said | {"stance": str(decision.stance)}


def as_read(tree):
    """Return what a plain reader would take from a valid answer, in the form of `as_said`."""
    return {
        "decisions": [_as_read(item) for item in tree["decisions"]],
        "requiredTools": tree.get("requiredTools", []),
        "dataDependencies": tree.get("dataDependencies", []),
    }


def _as_read(item):
    flags = list(item.get("riskFlags", []))
    while flags and flags[-1] in OUR_FLAGS:
        flags.pop()
    nothing = dict.fromkeys(("sizing", "stop", "target", "timeHorizon", "riskScore"))
    empty = {"riskFlags": [], "keySignals": [], "veto": False}
    score = item.get("riskScore")
    return (
        nothing
        | empty
        | item
        | {
            "action": item["action"].upper(),
            "confidence": Decimal(repr(float(item["confidence"]) + 0.0)),
            "riskScore": None if score is None else Decimal(repr(float(score) + 0.0)),
            "riskFlags": flags,
        }
    )


def objections(raw, requested, outcome):
    """Return what is wrong with an outcome, nothing in most cases."""
    if isinstance(outcome, Rejection):
        return list(_about_rejection(outcome))
    said = as_said(outcome)
    found = [*violations(SCHEMA, said), *_about_symbols(said, requested)]
    text = raw.decode() if isinstance(raw, bytes) else raw
    if NoteCode.JSON_REPAIRED in outcome.notes:
        return found + [f"{leaf!r} is not in the text" for leaf in invented(said, text)]
    tree = strict(text[text.index("{") : text.rindex("}") + 1])
    upper = [{**item, "action": item["action"].upper()} for item in tree["decisions"]]
    found += violations(SCHEMA, tree | {"decisions": upper})
    return found if as_read(tree) == said else [*found, "it says something else than the text"]


def _about_rejection(rejection):
    if len(rejection.raw_head.encode()) > 4096 or "\x00" in rejection.raw_head:
        yield "the head cannot be stored"
    if not rejection.detail.isascii() or len(rejection.detail) > 300:
        yield f"a strange detail: {rejection.detail!r}"


def _about_symbols(said, requested):
    symbols = [each["symbol"] for each in said["decisions"]]
    if len(set(symbols)) < len(symbols) or not set(symbols) <= set(requested):
        yield f"symbols {symbols}"


def invented(said, text):
    """Return the words and numbers of a repaired answer that its text does not have."""
    plain = ESCAPE.sub(_meant, text)
    words = {word.lower() for word in WORD.findall(plain)}
    numbers = {Decimal(number) for number in NUMBER.findall(plain)}
    for leaf in _leaves(said):
        if isinstance(leaf, Decimal):
            known = leaf in numbers or float(leaf) in map(float, numbers)
        else:
            known = {word.lower() for word in WORD.findall(leaf)} <= words
        if not known:
            yield leaf


def _meant(escape):
    if escape[1]:
        return chr(int(escape[1], 16))
    return " " if escape[2] in "nrtbf" else escape[2]


def _leaves(value):
    """Yield every text, every number and every true; what is absent from an answer is null, false or empty."""
    if isinstance(value, dict):
        for item in value.values():
            yield from _leaves(item)
    elif isinstance(value, list):
        for item in value:
            yield from _leaves(item)
    elif value is True:
        yield "true"
    elif isinstance(value, str | Decimal):
        yield value
