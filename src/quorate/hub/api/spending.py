"""Spending: what every request has in common that asks a model outside of a run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from quorate.hub.api.starting import limit_of
from quorate.hub.problems import Refusal, RefusedError
from quorate.kernel.errors import RejectedError
from quorate.kernel.money import Usd


def check_worst(told: str | float | None, worst: Usd | None) -> None:
    """Refuse a call that may cost more than it was told to, or whose cost nobody can bound.

    Raises:
        RefusedError: it may (slug `budget-exhausted`), or what was told is no amount.
    """
    limit = limit_of(told)
    if limit is None or (worst is not None and worst.amount <= limit.amount):
        return
    may = "any amount" if worst is None else f"${worst}"
    raise RefusedError(
        f"the call may cost {may}, more than ${limit}",
        slug="budget-exhausted",
        effect="nothing was asked",
        fix="raise maxCostUsd, or choose a cheaper model",
    )


@contextmanager
def without_key() -> Iterator[None]:
    """Tell of a provider without a key as of a conflict: 401 would mean that the caller is not signed in."""
    try:
        yield
    except RejectedError as error:
        if error.slug != "unauthenticated":
            raise
        raise RefusedError(
            error.cause,
            slug="conflict",
            effect=error.effect,
            fix=error.fix,
            refusal=Refusal(code="PROVIDER_MISSING"),
        ) from error
