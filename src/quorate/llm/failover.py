"""What a failure means: ask again, ask another model, trust a model less. One table, no clock.

        code                                  same model again          its breaker
        HTTP 5xx, connection, malformed       once                      counts
        TIMEOUT before the deadline           once                      counts
        RATE_LIMITED                          once, after Retry-After   counts
        EMPTY_ANSWER                          no                        counts
        TRUNCATED, CONTENT_FILTERED           no                        worked
        VALIDATION_FAILED, CONTEXT_TOO_LARGE  no                        says nothing: our mistake
        CREDENTIALS, HTTP_402                 no, nor its provider      says nothing: our account

Every failure lets the next rung be asked, within the deadline and the attempts left.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Final

from quorate.llm.call import FinishReason, ModelReply
from quorate.llm.failure import FailureCode, ModelCallError, http_code
from quorate.llm.gateway import GatewayPolicy
from quorate.resilience.breaker import CLOSED, Breaker, BreakerPolicy
from quorate.resilience.retry import backoff_s, waited_s

OTHER_MODEL_SERVED: Final = "OTHER_MODEL_SERVED"
"""Why an answer is a fallback's although nothing failed: the provider let another model answer."""

_SERVER_ERRORS: Final = frozenset(http_code(status) for status in range(500, 600))
_TRANSIENT: Final = _SERVER_ERRORS | {
    FailureCode.CONNECTION_FAILED,
    FailureCode.MALFORMED_RESPONSE,
    FailureCode.TIMEOUT,
    *map(http_code, (408, 409, 425)),
}
_ACCOUNT: Final = frozenset({FailureCode.CREDENTIALS, http_code(402)})
_OURS: Final = _ACCOUNT | {
    FailureCode.VALIDATION_FAILED,
    FailureCode.CONTEXT_TOO_LARGE,
    FailureCode.BUDGET_EXHAUSTED,
    FailureCode.CIRCUIT_OPEN,
}
_ITS_WORK: Final = frozenset({FailureCode.TRUNCATED, FailureCode.CONTENT_FILTERED})

_DEFECTS: Final = {
    FinishReason.LENGTH: (FailureCode.TRUNCATED, "the answer was cut off at max_tokens"),
    FinishReason.CONTENT_FILTER: (FailureCode.CONTENT_FILTERED, "the answer was filtered"),
    FinishReason.ERROR: (FailureCode.MALFORMED_RESPONSE, "the model broke off with an error"),
}


class Verdict(Enum):
    """What a call says about the model that was asked."""

    WORKED = auto()
    FAILED = auto()
    SILENT = auto()


def verdict_on_model(code: str) -> Verdict:
    """Return what an end with `code` (empty: an answer) says about the model; unknown failures count."""
    if not code or code in _ITS_WORK:
        return Verdict.WORKED
    return Verdict.SILENT if code in _OURS else Verdict.FAILED


def bars_provider(code: str) -> bool:
    """Return whether no other model of the same provider is worth asking: the key or the account is refused."""
    return code in _ACCOUNT


def defect(reply: ModelReply, source: str) -> ModelCallError | None:
    """Return why a reply is not to be parsed, None where it may be."""
    code, cause = _defect(reply)
    if not code:
        return None
    return ModelCallError(
        cause,
        code=code,
        source=source,
        retryable=code == FailureCode.MALFORMED_RESPONSE,
        billed=True,
        usage=reply.usage,
        reported_cost=reply.reported_cost,
        model_served=reply.model_served,
    )


def _defect(reply: ModelReply) -> tuple[str, str]:
    if reply.finish_reason in _DEFECTS:
        return _DEFECTS[FinishReason(reply.finish_reason)]
    if not reply.tool_calls and not reply.content.strip():
        return FailureCode.EMPTY_ANSWER, "the answer is empty"
    return "", ""


def retry_wait_s(
    failure: ModelCallError, tries: int, policy: GatewayPolicy, draw: float
) -> float | None:
    """Return the seconds before the same model is asked again, None where it is not.

    `tries` is how often it was asked (1 or more), `draw` in [0, 1) the chance in the wait. A Retry-After is
    waited for in full, whatever the failure; the deadline decides elsewhere whether there is time for it.
    """
    if not failure.retryable or tries >= _most_tries(failure.code, policy):
        return None
    if failure.retry_after is not None:
        return waited_s(policy.retry, failure.retry_after, draw)
    return backoff_s(policy.retry, tries, draw)


def _most_tries(code: str, policy: GatewayPolicy) -> int:
    if code == FailureCode.RATE_LIMITED:
        return policy.rate_limit_tries
    return 1 + policy.retries if code in _TRANSIENT else 1


@dataclass(frozen=True, slots=True)
class ModelHealth:
    """What is known of one model: its breaker, and until when it asked to be left alone (monotonic seconds)."""

    breaker: Breaker = CLOSED
    not_before: float = 0.0

    def after(
        self, verdict: Verdict, generation: int, policy: GatewayPolicy, now: float
    ) -> ModelHealth:
        """Return the health once a call that the breaker let through in `generation` ended so."""
        breaker = self._breaker(verdict, generation, policy.breaker, now)
        return self if breaker is self.breaker else replace(self, breaker=breaker)

    def left_alone(self, seconds: float, now: float) -> ModelHealth:
        """Return the health once the model asked to be left alone for `seconds`."""
        return replace(self, not_before=max(self.not_before, now + seconds))

    def _breaker(
        self, verdict: Verdict, generation: int, policy: BreakerPolicy, now: float
    ) -> Breaker:
        match verdict:
            case Verdict.WORKED:
                return self.breaker.worked(generation)
            case Verdict.SILENT:
                return self.breaker.silent(generation, now)
            case Verdict.FAILED:
                return self.breaker.failed(policy, generation=generation, weight=1.0, now=now)


WELL: Final = ModelHealth()
"""A model of which nothing bad is known."""
