"""Why a model gave no usable answer: one closed list of codes, and the error that carries one."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Self

from quorate.kernel.errors import UnavailableError
from quorate.kernel.money import Usd
from quorate.llm.answer import Hop
from quorate.llm.call import NO_USAGE, Usage


class FailureCode(StrEnum):
    """What went wrong with a call. Source: R-060; an HTTP status without a code of its own is `HTTP_<n>`."""

    CIRCUIT_OPEN = "CIRCUIT_OPEN"
    CONTEXT_TOO_LARGE = "CONTEXT_TOO_LARGE"
    VALIDATION_FAILED = "VALIDATION_FAILED"
    """The provider refused the request itself (HTTP 400, 404, 422): our own mistake."""
    TIMEOUT = "TIMEOUT"
    RATE_LIMITED = "RATE_LIMITED"
    EMPTY_ANSWER = "EMPTY_ANSWER"
    TRUNCATED = "TRUNCATED"
    """The answer was cut off at `max_tokens` (finish_reason `length`)."""
    CONTENT_FILTERED = "CONTENT_FILTERED"
    MALFORMED_RESPONSE = "MALFORMED_RESPONSE"
    """HTTP 200 with a body that is no chat completion, or too large to be one."""
    CONNECTION_FAILED = "CONNECTION_FAILED"
    """No connection, or one that was lost before the answer was whole."""
    CREDENTIALS = "CREDENTIALS"
    """No key, or one that the provider refused (HTTP 401, 403)."""
    BUDGET_EXHAUSTED = "BUDGET_EXHAUSTED"
    USAGE_ABSURD = "USAGE_ABSURD"
    """The answer stands, but what the provider counted or charged cannot be: its cost is unknown."""
    UNKNOWN = "UNKNOWN"


def http_code(status: int) -> str:
    """Return the code of an HTTP status that has no name of its own: `HTTP_503`."""
    return f"HTTP_{status}"


class ModelCallError(UnavailableError):
    """A model gave no usable answer.

    Args:
        cause: what happened, without a key or a body in it.
        code: a `FailureCode`, or `http_code(n)`.
        source: which model, or which provider.
        retry_after: how long the provider asks us to wait.
        retryable: whether the same request to the same model may do better.
        billed: whether the provider charges for it; None where nobody can tell (the connection was lost
            after the request was sent).
        usage: the tokens that came with the failure.
        reported_cost: what the provider says that the failed call cost.
        model_served: the model that failed, where the provider named one.
        hops: every hop of the logical call that ended so; empty where one model's call did.
    """

    default_slug = "model-unavailable"

    def __init__(  # noqa: PLR0913  (each is a fact of its own)
        self,
        cause: str,
        *,
        code: str,
        source: str,
        retry_after: timedelta | None = None,
        retryable: bool = False,
        billed: bool | None = None,
        usage: Usage = NO_USAGE,
        reported_cost: Usd | None = None,
        model_served: str = "",
        hops: tuple[Hop, ...] = (),
    ) -> None:
        super().__init__(cause, source=source, retry_after=retry_after)
        self.code = str(code)
        self.retryable = retryable
        self.billed = billed
        self.usage = usage
        self.reported_cost = reported_cost
        self.model_served = model_served
        self.hops = hops

    def after(self, hops: tuple[Hop, ...]) -> Self:
        """Return the failure as that of a whole logical call, which made `hops`."""
        return type(self)(
            self.cause,
            code=self.code,
            source=self.source,
            retry_after=self.retry_after,
            retryable=self.retryable,
            hops=hops,
        )
