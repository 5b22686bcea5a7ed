"""No request can name an address that the server would then ask: they stand in the configuration alone (SSRF)."""

import json
from pathlib import Path

DESCRIPTION = json.loads(Path(__file__).with_name("openapi.json").read_text())
WORDS = ("url", "uri", "host", "endpoint", "webhook", "proxy", "callback", "server")


def fields_of(schema, seen=()):
    """Yield the names of every field below a schema of the description."""
    if isinstance(schema, list):
        for each in schema:
            yield from fields_of(each, seen)
        return
    if not isinstance(schema, dict):
        return
    reference = schema.get("$ref")
    if reference is not None and reference not in seen:
        named = DESCRIPTION["components"]["schemas"][reference.rpartition("/")[2]]
        yield from fields_of(named, (*seen, reference))
    for name, each in schema.get("properties", {}).items():
        yield name
        yield from fields_of(each, seen)
    for key in ("allOf", "anyOf", "oneOf", "items", "additionalProperties"):
        yield from fields_of(schema.get(key), seen)


def given():
    """Yield what may be sent to each route: fields of its body and parameters of its address."""
    for path, methods in DESCRIPTION["paths"].items():
        for method, route in methods.items():
            for content in route.get("requestBody", {}).get("content", {}).values():
                for name in fields_of(content["schema"]):
                    yield f"{method} {path}", name
            for parameter in route.get("parameters", ()):
                yield f"{method} {path}", parameter["name"]


def test_no_field_that_a_request_may_hold_is_an_address():
    found = list(given())
    assert len(found) > 100
    assert [each for each in found if any(word in each[1].lower() for word in WORDS)] == []
