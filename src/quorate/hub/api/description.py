"""The API's description (OpenAPI 3.1): made from the routes, then told what the routes cannot say.

Every operation may answer with a problem; every shape that a reader meets first has an example, and the tests read each
example back into its shape.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any, Final

import msgspec
from litestar import Litestar, Request, Router
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme

from quorate import __version__
from quorate.access import Scope
from quorate.hub.api.fields import FIELDS, NAMES
from quorate.hub.problems import PROBLEM_JSON
from quorate.hub.security.authentication import COOKIE
from quorate.hub.security.principal import require

Tree = dict[str, Any]

Scopes = Mapping[tuple[str, str], str]
"""Method and path -> the scope that they need."""

SCOPES: Final = "scopes"
"""Where they stand in the application's state."""

_RUN: Final = "run_01KB3F9QW7T5M2V8C4N6XRZHDE"
_TRACE: Final = "4bf92f3577b34da6a3ce929d0e0e4736"
_READ_AT: Final = "2026-11-21T14:44:07.000000Z"

EXAMPLES: Final[Mapping[str, Tree]] = {
    "NewRun": {"symbols": ["AAPL", "IBM"], "asOf": "2012-06-29", "profiles": ["trend", "wyckoff"]},
    "Accepted": {"runId": _RUN, "traceId": _TRACE, "status": "running", "replayed": False},
    "Preview": {
        "dryRun": True,
        "symbols": ["AAPL"],
        "profiles": ["momentum", "trend"],
        "asOf": "2012-06-29",
        "book": "replay",
        "bookMode": "REPLAY",
        "mode": "debate",
        "worstCostUsd": "0",
    },
    "RunList": {
        "readAt": _READ_AT,
        "items": [
            {
                "runId": _RUN,
                "traceId": _TRACE,
                "book": "replay",
                "mode": "debate",
                "symbols": ["AAPL"],
                "startedAt": _READ_AT,
                "asOf": "2012-06-29",
                "triggeredBy": "manual",
                "finalActions": {"AAPL": "BUY"},
                "costUsd": "0",
                "seconds": 0.021,
                "escalated": False,
                "status": "completed",
                "decisions": [
                    {
                        "decisionId": "dec_2H6V8Q4M0T5K9XWZ3R7C1NBPDA",
                        "symbol": "AAPL",
                        "finalAction": "BUY",
                        "reasonCode": "consensus",
                        "confidence": 0.65,
                        "disagreement": 0.0,
                        "triggers": [],
                        "escalated": False,
                        "supporters": 2,
                        "validVotes": 2,
                    }
                ],
            }
        ],
        "nextCursor": None,
    },
    "WhyShape": {
        "runId": _RUN,
        "decisions": [
            {
                "symbol": "AAPL",
                "why": [{"text": "AAPL closed at 584.00.", "evidence": ["journal:412"]}],
            }
        ],
    },
    "NewToken": {"name": "nightly report", "scopes": ["read"], "days": 30},
    "Envelope": {
        "id": "evt_5X0CSPWZ2D7QK4M8N6T1V3HRBA",
        "seq": 412,
        "schemaVersion": 1,
        "type": "run.completed",
        "ts": _READ_AT,
        "persistedAt": _READ_AT,
        "traceId": _TRACE,
        "runId": _RUN,
        "symbol": None,
        "decisionId": None,
        "data": {
            "costUsd": "0",
            "latencyMs": 9.4,
            "finalActions": {"AAPL": "BUY"},
            "escalated": False,
        },
    },
    "Problem": {
        "type": "/problems/validation-failed",
        "title": "Validation failed",
        "status": 422,
        "detail": "/symbols: at most 50 symbols in one run. Nothing was done.",
        "instance": "/api/admin/arena/run",
        "code": "TOO_MANY_SYMBOLS",
        "traceId": _TRACE,
        "retryable": False,
        "retryAfterMs": None,
        "errors": [{"pointer": "/symbols", "detail": "at most 50 symbols in one run"}],
    },
}
"""Shape -> one of its kind."""


class Description(JsonRenderPlugin):
    """Renders the description at `/api/openapi.json`."""

    def render(self, request: Request[Any, Any, Any], openapi_schema: Tree) -> bytes:
        """Return the description as JSON."""
        return msgspec.json.encode(completed(openapi_schema, request.app.state[SCOPES]))


def description_of(hub: Litestar) -> Tree:
    """Return the whole description of a hub's API."""
    return completed(hub.openapi_schema.to_schema(), hub.state[SCOPES])


def openapi_config() -> OpenAPIConfig:
    """Return how the description is made, and who may read it."""
    return OpenAPIConfig(
        title="Quorate",
        version=__version__,
        description=(
            "One operator's API, on loopback. Failures are `application/problem+json` (RFC 9457); "
            "money is decimal text, unknown is null."
        ),
        openapi_router=Router(
            "/api", route_handlers=[], guards=[require(Scope.READ)], include_in_schema=False
        ),
        render_plugins=[Description()],
        components=Components(
            security_schemes={
                "session": SecurityScheme(type="apiKey", name=COOKIE, security_scheme_in="cookie"),
                "token": SecurityScheme(type="http", scheme="bearer"),
            }
        ),
        security=[{"session": []}, {"token": []}],
        operation_id_creator=lambda handler, _method, _path: _operation_id(handler),
        create_examples=False,
        use_handler_docstrings=True,
    )


def completed(schema: Tree, scopes: Scopes) -> Tree:
    """Return the description with the problems that every operation may answer with, its scope, and the examples.

    `scopes` says what each method and path needs; what it does not name, anybody may ask.
    """
    whole = copy.deepcopy(schema)
    shapes = whole["components"]["schemas"]
    shapes["SparseList"] = _SPARSE_LIST
    for path, operations in whole["paths"].items():
        for method, operation in operations.items():
            operation["responses"].pop("400", None)  # the framework's own shape of a refusal
            operation["responses"]["default"] = _PROBLEM
            scope = scopes.get((method.upper(), path))
            operation["security"] = [] if scope is None else [{"session": []}, {"token": [scope]}]
            _let_choose_fields(operation, shapes)
    for name, example in EXAMPLES.items():
        shapes[name]["examples"] = [example]
    _let_unions_overlap(whole)
    return whole


def _let_unions_overlap(tree: object) -> None:
    """Call a union what it is: 0.0 is an integer and a number to JSON Schema, so it may be any of them, not one."""
    if isinstance(tree, dict):
        if isinstance(tree.get("oneOf"), list):
            tree["anyOf"] = tree.pop("oneOf")
        tree = list(tree.values())
    if isinstance(tree, list):
        for each in tree:
            _let_unions_overlap(each)


def _let_choose_fields(operation: Tree, shapes: Tree) -> None:
    """Say of a list that a reader may name the fields of its items."""
    content = operation["responses"].get("200", {}).get("content", {}).get("application/json", {})
    name = str(content.get("schema", {}).get("$ref", "")).rpartition("/")[2]
    if {"items", "nextCursor"} <= set(shapes.get(name, {}).get("properties", ())):
        content["schema"] = {
            "anyOf": [content["schema"], {"$ref": "#/components/schemas/SparseList"}]
        }
        operation.setdefault("parameters", []).append(_FIELDS)


_FIELDS: Final[Tree] = {
    "name": FIELDS,
    "in": "query",
    "required": False,
    "description": "Only these fields of the items, with commas between.",
    "schema": {"type": "string", "pattern": f"^{NAMES}$"},
}

_SPARSE_LIST: Final[Tree] = {
    "title": "SparseList",
    "type": "object",
    "description": "A list whose items have the fields alone that `?fields=` names.",
    "properties": {"items": {"type": "array", "items": {"type": "object"}}},
    "required": ["items"],
}


_PROBLEM: Final[Tree] = {
    "description": "A problem: what was refused, why, and what to do.",
    "content": {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


def _operation_id(handler: HTTPRouteHandler) -> str:
    first, *rest = handler.handler_name.split("_")
    return first + "".join(word.capitalize() for word in rest)
