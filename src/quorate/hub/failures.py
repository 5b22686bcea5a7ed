"""Failures: whatever is raised becomes an answer, a problem for programs and a page for people.

Nothing of what is inside gets out. The last resort stands here too: where the page of a failure cannot be rendered, it
is told in plain words.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import msgspec
import structlog
from litestar import Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.response import Redirect

from quorate.arbiter.coordination import CircuitOpenError
from quorate.hub.pages.shell import bare_shell, wants_part
from quorate.hub.parts import AnyRequest
from quorate.hub.problems import (
    PROBLEM_JSON,
    FieldProblem,
    Problem,
    Refusal,
    RefusedError,
    headers_of,
    internal_error,
    problem_of,
)
from quorate.hub.security.gate import API
from quorate.hub.security.headers import trace_id_of
from quorate.hub.security.principal import PrincipalKind, principal_of
from quorate.kernel.errors import QuorateError, root_cause
from quorate.kernel.problems import OUR_FAULT, status_of

if TYPE_CHECKING:
    from litestar.types import ASGIApp, ExceptionHandlersMap, HTTPScope, Receive

PAGES: Final = "/admin"
"""Below it answers are pages; elsewhere who does not ask for a page is no person."""

SIGN_IN: Final = f"{PAGES}/sign-in"
"""Where somebody who is not signed in is sent."""

HTML: Final = "text/html; charset=utf-8"

_SLUGS: Final[Mapping[int, str]] = {
    400: "validation-failed",
    404: "not-found",
    405: "method-not-allowed",
    413: "payload-too-large",
    415: "unsupported-media-type",
}
"""What the framework refuses by itself."""

_LOG = structlog.get_logger()


def answered(request: AnyRequest, error: Exception) -> Response[Any]:
    """Return the answer to whoever asked, when `error` was raised on the way."""
    known = known_failure(request, error)
    problem = problem_of(known, instance=request.url.path, trace_id=trace_id_of(request.scope))
    if isinstance(known, CircuitOpenError) and _is_program(request):
        return _as_json(problem, headers_of(known), known.body())
    if _is_program(request) or known.slug == "misdirected-request":
        return _as_json(problem, headers_of(known))
    if known.slug == "unauthenticated" and principal_of(request).kind is PrincipalKind.STRANGER:
        return _to_sign_in(request, problem)
    return _as_page(request, problem, known)


def answer_of(error: QuorateError, scope: HTTPScope, receive: Receive) -> ASGIApp:
    """Return the answer to a request that the gate refused."""
    request: AnyRequest = scope["litestar_app"].request_class(scope=scope, receive=receive)
    return answered(request, error).to_asgi_response(app=None, request=request)


def known_failure(request: AnyRequest, error: Exception) -> QuorateError:
    """Return what a client may know of `error`; what nobody foresaw is logged whole and told as ours."""
    cause = root_cause(error)
    if isinstance(cause, QuorateError) and status_of(cause.slug) != OUR_FAULT:
        return cause
    if isinstance(cause, HTTPException) and cause.status_code < OUR_FAULT:
        return _framework_refusal(cause)
    _LOG.error(
        "unforeseen",
        exc_info=error,
        trace_id=trace_id_of(request.scope),
        method=request.method,
        path=request.url.path,
    )
    return internal_error()


def _is_program(request: AnyRequest) -> bool:
    """Return whether nobody would read a page: the API was asked, or a socket wished for, or no page at all."""
    path, headers = request.url.path, request.headers
    if path.startswith(API) or "upgrade" in headers:
        return True
    is_page = path == PAGES or path.startswith(f"{PAGES}/")
    return not is_page and "text/html" not in headers.get("accept", "")


def _framework_refusal(error: HTTPException) -> RefusedError:
    slug = _SLUGS.get(error.status_code, "validation-failed")
    if slug == "not-found":
        return RefusedError("there is nothing at this address", slug=slug)
    errors = tuple(_field_problems(error)) if isinstance(error, ValidationException) else ()
    said = "; ".join(f"{each.pointer} {each.detail}" for each in errors)
    return RefusedError(
        said or error.detail,
        slug=slug,
        refusal=Refusal(errors=errors, headers=dict(error.headers or {})),
    )


def _field_problems(error: ValidationException) -> list[FieldProblem]:
    found = error.extra if isinstance(error.extra, list) else []
    return [_field_problem(each) for each in found if isinstance(each, dict)]


def _field_problem(said: Mapping[str, object]) -> FieldProblem:
    key, source = str(said.get("key", "")), str(said.get("source", "body"))
    place = f"/{key.replace('.', '/')}" if "body" in source else f"?{_on_the_wire(key)}"
    return FieldProblem(place if key else "", str(said.get("message", "")))


def _on_the_wire(name: str) -> str:
    """Return what a caller calls a parameter: `as_of_from` is `asOfFrom` to it."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def _as_json(
    problem: Problem, headers: Mapping[str, str], more: Mapping[str, object] | None = None
) -> Response[Any]:
    """Return a problem as a program gets it; `more` stands beside its own members (RFC 9457, 3.2)."""
    body = {**msgspec.to_builtins(problem), **more} if more else problem
    return Response(
        body, status_code=problem.status, media_type=PROBLEM_JSON, headers=dict(headers)
    )


def _to_sign_in(request: AnyRequest, problem: Problem) -> Response[Any]:
    """Send a person to the sign-in page; htmx would put a redirect's page into the part that it asked for."""
    if wants_part(request):
        return Response(
            "", status_code=problem.status, media_type=HTML, headers={"HX-Redirect": SIGN_IN}
        )
    return Redirect(SIGN_IN, status_code=303)


def _as_page(request: AnyRequest, problem: Problem, error: QuorateError) -> Response[str]:
    try:
        body = _rendered(request, problem, error)
    except Exception as failure:  # noqa: BLE001  (an edge: the last resort)
        _LOG.error("no_error_page", exc_info=failure, trace_id=problem.trace_id)
        body = f"<!doctype html><title>Quorate</title><p>{problem.title}. Trace {problem.trace_id}"
    return Response(
        body, status_code=problem.status, media_type=HTML, headers=dict(headers_of(error))
    )


def _rendered(request: AnyRequest, problem: Problem, error: QuorateError) -> str:
    signed_in = principal_of(request).kind is not PrincipalKind.STRANGER
    shell = bare_shell(request, title=problem.title, section="") if signed_in else None
    engine = request.app.template_engine
    if engine is None:
        raise LookupError("no template engine")
    ours = problem.status == OUR_FAULT
    context = {
        "status": problem.status,
        "title": problem.title,
        "detail": problem.detail if ours else error.cause,
        "effect": "" if ours else error.effect,
        "fix": "" if ours else error.fix,
        "slug": problem.type.rpartition("/")[2],
        "trace_id": problem.trace_id,
        "request": request,
        "shell": shell,
    }
    return str(engine.get_template("error.html").render(context))


FAILURES: Final[ExceptionHandlersMap] = {Exception: answered}
"""What the application does with whatever is raised."""
