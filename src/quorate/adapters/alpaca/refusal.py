"""Refusals: what an answer that is no success means for an order, and for a question."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from quorate.adapters.alpaca.budget import SOURCE
from quorate.adapters.alpaca.connection import TOO_MANY, UNAUTHORIZED, Answer, keys_refused
from quorate.adapters.alpaca.shapes import ErrorShape, Unreadable, decoded
from quorate.execution.broker import (
    BrokerUnavailableError,
    OrderRefusedError,
    OutcomeUnknownError,
)

UNPROCESSABLE: Final = 422
NOT_FOUND: Final = 404
NOT_DEFINITE: Final = frozenset({408, 409, 425, TOO_MANY})
"""Of the 4xx these say "not now": whether the order exists is not told."""

LONGEST_MESSAGE: Final = 200


def message_in(answer: Answer) -> ErrorShape | None:
    """Return what the broker says, in print and short; None where it is not the broker who speaks."""
    try:
        told = decoded(answer.body, ErrorShape)
    except Unreadable:
        return None
    shown = "".join(each if each.isprintable() else " " for each in told.message)
    return ErrorShape(message=shown[:LONGEST_MESSAGE].strip(), code=told.code)


def is_definite(answer: Answer) -> bool:
    """Return whether the broker itself said no for good; a proxy's page of HTML says nothing of an order."""
    is_no = 400 <= answer.status < 500 and answer.status not in NOT_DEFINITE
    return is_no and message_in(answer) is not None


def is_known_id(answer: Answer) -> bool:
    """Return whether an order was refused because its client order id was seen before. Source: BR-001."""
    told = message_in(answer)
    if answer.status != UNPROCESSABLE or told is None:
        return False
    words = told.message.lower()
    return "client_order_id" in words and "unique" in words


def refused_order(
    answer: Answer,
) -> OrderRefusedError | OutcomeUnknownError | BrokerUnavailableError:
    """Return what a request about an order came to, which is no success."""
    if not is_definite(answer):
        return outcome_unknown(f"the broker answered with HTTP {answer.status}")
    if answer.status == UNAUTHORIZED:
        return keys_refused("nothing was ordered")
    return OrderRefusedError(
        f"the broker refused the order: {_said(answer)}",
        effect="nothing was ordered",
    )


def outcome_unknown(cause: str) -> OutcomeUnknownError:
    """Return the failure of an order of which nobody knows whether it exists."""
    return OutcomeUnknownError(
        cause,
        source=SOURCE,
        effect="it may or may not have acted; the order is asked for by its id",
    )


def no_answer(answer: Answer) -> BrokerUnavailableError:
    """Return the failure of a question."""
    if answer.status == UNAUTHORIZED:
        return keys_refused("it tells nothing")
    told = _said(answer) if message_in(answer) else f"HTTP {answer.status}"
    limited = answer.status == TOO_MANY
    return BrokerUnavailableError(
        f"the broker gave no answer: {told}",
        source=SOURCE,
        retry_after=timedelta(seconds=1) if limited else None,
        slug="rate-limited" if limited else "",
    )


def unreadable(cause: str) -> BrokerUnavailableError:
    """Return the failure of a question whose answer says something else."""
    return BrokerUnavailableError(f"the broker's answer cannot be read: {cause}", source=SOURCE)


def _said(answer: Answer) -> str:
    told = message_in(answer)
    code = f", code {told.code}" if told and told.code else ""
    return f"{told.message if told else ''} (HTTP {answer.status}{code})".strip()
