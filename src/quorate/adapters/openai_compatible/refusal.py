"""What a provider's refusal means: an HTTP status and an error body, sorted into the codes of a failure.

Nothing of what a provider wrote is passed on but the short tokens that name the error: an error text may repeat the
key or the prompt.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Final

import msgspec

from quorate.adapters.openai_compatible.usage import cost_told, number, usage_told
from quorate.kernel.money import Usd
from quorate.llm.call import NO_USAGE, Usage
from quorate.llm.failure import FailureCode, ModelCallError, http_code

_BY_STATUS: Final[Mapping[int, FailureCode]] = {
    HTTPStatus.BAD_REQUEST: FailureCode.VALIDATION_FAILED,
    HTTPStatus.UNAUTHORIZED: FailureCode.CREDENTIALS,
    HTTPStatus.FORBIDDEN: FailureCode.CREDENTIALS,
    HTTPStatus.NOT_FOUND: FailureCode.VALIDATION_FAILED,
    HTTPStatus.REQUEST_TIMEOUT: FailureCode.TIMEOUT,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: FailureCode.CONTEXT_TOO_LARGE,
    HTTPStatus.UNPROCESSABLE_ENTITY: FailureCode.VALIDATION_FAILED,
    HTTPStatus.TOO_MANY_REQUESTS: FailureCode.RATE_LIMITED,
}

_PASSING: Final = frozenset(
    {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}
)
"""Statuses below 500 after which the same request may do better."""

_LASTING: Final = frozenset({"insufficient_quota", "billing_hard_limit_reached"})
"""Errors that come as HTTP 429, and stay until somebody pays. Source: OpenAI, "Error codes"."""

_MAYBE_BILLED: Final = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.GATEWAY_TIMEOUT, 522, 524})
"""The provider stopped waiting; what it had asked may have gone on."""

_TOO_LONG: Final = re.compile(
    r"(?i)context_length_exceeded|exceed_context_size|maximum context length|context window"
)
"""OpenAI's code, llama.cpp's type, the words of OpenRouter and vLLM, and those of the rest."""

_FILTERED: Final = re.compile(r"(?i)content_filter|content_policy_violation|moderation")
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}")
_WHERE_NAMED: Final = ("code", "type", "param")
_DECODER: Final = msgspec.json.Decoder(float_hook=number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What an error body says: `names` of the error, its `text`, a status inside, and what was used all the same."""

    names: tuple[str, ...] = ()
    text: str = ""
    status: int | None = None
    moderated: bool = False
    usage: Usage = NO_USAGE
    cost: Usd | None = None


NOTHING_TOLD: Final = Told()


def told_in(body: bytes) -> Told:
    """Return what an error body says; nothing where it is no JSON object."""
    try:
        tree = _DECODER.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return NOTHING_TOLD
    if not isinstance(tree, dict):
        return NOTHING_TOLD
    return told_by(tree.get("error", tree), tree.get("usage"))


def told_by(error: object, usage: object = None) -> Told:
    """Return what a decoded `error` says: an object as OpenAI and OpenRouter send it, or a plain text."""
    spent, cost = usage_told(usage), cost_told(usage)
    if not isinstance(error, Mapping):
        return Told(text=error if isinstance(error, str) else "", usage=spent, cost=cost)
    message, code = error.get("message"), error.get("code")
    metadata = error.get("metadata")
    return Told(
        names=tuple(
            name
            for name in map(error.get, _WHERE_NAMED)
            if isinstance(name, str) and _NAME.fullmatch(name)
        ),
        text=message if isinstance(message, str) else "",
        status=code if isinstance(code, int) and 400 <= code < 600 else None,
        moderated=isinstance(metadata, Mapping) and "flagged_input" in metadata,
        usage=spent,
        cost=cost,
    )


def refused(
    status: int, told: Told, *, source: str, wait: timedelta | None = None
) -> ModelCallError:
    """Return the failure that an answer of HTTP `status` is."""
    named = ", ".join(dict.fromkeys(told.names))
    return ModelCallError(
        f"{source} answered HTTP {status}" + (f" ({named})" if named else ""),
        code=_code(status, told),
        source=source,
        retry_after=wait,
        retryable=(status >= 500 or status in _PASSING) and _LASTING.isdisjoint(told.names),
        billed=None if status in _MAYBE_BILLED else bool(told.cost and told.cost.amount),
        usage=told.usage,
        reported_cost=told.cost,
    )


def error_in_answer(told: Told, *, source: str, model_served: str = "") -> ModelCallError:
    """Return the failure that an error inside a body of HTTP 200 is: the model had begun, then something broke.

    Source: OpenRouter, "Errors": once the model has started, the status is 200 and the body holds the error.
    """
    within = refused(told.status, told, source=source) if told.status else None
    return ModelCallError(
        f"{source} answered with an error in place of an answer",
        code=within.code if within else FailureCode.MALFORMED_RESPONSE,
        source=source,
        retryable=within.retryable if within else True,
        billed=bool(told.cost.amount) if told.cost else None,
        usage=told.usage,
        reported_cost=told.cost,
        model_served=model_served,
    )


def _code(status: int, told: Told) -> str:
    said = " ".join((*told.names, told.text))
    if status in {400, 413, 422} and _TOO_LONG.search(said):
        return FailureCode.CONTEXT_TOO_LARGE
    if status in {400, 403} and (told.moderated or _FILTERED.search(said)):
        return FailureCode.CONTENT_FILTERED
    return _BY_STATUS.get(status) or http_code(status)
