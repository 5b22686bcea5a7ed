"""Problems: what a client learns of a failure, and what it does not."""

from datetime import timedelta

import msgspec

from quorate.hub.problems import (
    FieldProblem,
    Refusal,
    RefusedError,
    headers_of,
    internal_error,
    problem_of,
)
from quorate.kernel.errors import (
    ConflictError,
    InvariantBrokenError,
    QuorateError,
    RejectedError,
    UnavailableError,
)


def told(error: QuorateError):
    return problem_of(error, instance="/api/admin/arena/runs/x", trace_id="t")


def test_a_refusal_says_cause_effect_and_fix():
    problem = told(
        RejectedError("no such run", effect="nothing is shown", fix="look", slug="not-found")
    )
    assert (problem.status, problem.code, problem.title) == (404, "NOT_FOUND", "Not found")
    assert problem.type == "/problems/not-found"
    assert problem.detail == "no such run. Nothing is shown. Fix: look"
    assert (problem.instance, problem.trace_id) == ("/api/admin/arena/runs/x", "t")
    assert problem.retryable is False


def test_a_slug_without_a_code_is_its_own():
    assert told(RejectedError("x", slug="invalid-cursor")).code == "invalid-cursor"
    assert told(ConflictError("x")).code == "conflict"


def test_a_reason_that_a_refusal_names_is_its_code():
    error = RefusedError("x", slug="forbidden", refusal=Refusal(code="CSRF"))
    assert (told(error).status, told(error).code) == (403, "CSRF")


def test_what_is_wrong_is_named_by_its_place():
    wrong = FieldProblem("/symbols", "at most 50")
    error = RefusedError("x", slug="validation-failed", refusal=Refusal(errors=(wrong,)))
    assert told(error).errors == (wrong,)


def test_a_dependency_without_an_answer_may_be_asked_again():
    error = UnavailableError("x", source="database", retry_after=timedelta(seconds=1.5))
    assert (told(error).status, told(error).retryable) == (503, True)
    assert told(error).retry_after_ms == 1500
    assert headers_of(error)["Retry-After"] == "2"
    assert headers_of(UnavailableError("x", source="database")) == {}


def test_of_our_own_failure_nothing_gets_out():
    for error in (InvariantBrokenError("row 7 of /home/me/q.db is wrong"), internal_error()):
        problem = told(error)
        assert (problem.status, problem.code) == (500, "internal-error")
        assert "row 7" not in problem.detail
        assert "trace id" in problem.detail


def test_the_names_on_the_wire_are_those_of_the_contract():
    tree = msgspec.to_builtins(told(RejectedError("x")))
    assert set(tree) == {
        *("type", "title", "status", "detail", "instance", "code"),
        *("traceId", "retryable", "retryAfterMs", "errors"),
    }
