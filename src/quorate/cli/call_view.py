"""Calls as `quorate cost calls` shows them."""

from __future__ import annotations

from datetime import UTC, date
from typing import TYPE_CHECKING, NamedTuple

from quorate.cli.days import days_between
from quorate.cli.failures import ExitCode
from quorate.cli.listing import Row, show_list
from quorate.kernel.errors import RejectedError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from quorate.cli.invocation import Invocation
    from quorate.cli.ports import App
    from quorate.llm.call_listing import CallFilter, CallLine


class CallsAsked(NamedTuple):
    """The filters as they were written."""

    model: str | None
    profile: str | None
    run: str | None
    purpose: str | None
    status: str | None
    unpriced: bool
    since: str | None
    until: str | None


async def show_calls(app: App, call: Invocation, asked: CallsAsked) -> ExitCode:
    """Reply with a page of calls, the newest first."""
    from quorate.llm.call_listing import believable_call_id  # noqa: PLC0415  (slow; help must not wait)

    now = app.clock.now()
    wanted = _filter(asked, now.astimezone(UTC).date())
    after = None if call.cursor is None else believable_call_id(call.cursor)
    page = await app.money.calls(wanted, call.limit, after)
    show_list(
        call,
        read_at=now,
        rows=[_row(line) for line in page.items],
        next_cursor=page.next_after,
        items=[line.as_json() for line in page.items],
        empty="No such call.",
    )
    return ExitCode.DONE


def _filter(asked: CallsAsked, today: date) -> CallFilter:
    from quorate.llm.budget import CallStatus  # noqa: PLC0415  (slow; help must not wait)
    from quorate.llm.call import Purpose  # noqa: PLC0415
    from quorate.llm.call_listing import CallFilter  # noqa: PLC0415

    first, last = days_between(asked.since, asked.until, today)
    return CallFilter(
        model=asked.model,
        profile=asked.profile,
        run_id=asked.run,
        purpose=None if asked.purpose is None else Purpose(_one_of(asked.purpose, Purpose)),
        status=None if asked.status is None else CallStatus(_one_of(asked.status, CallStatus)),
        unpriced=True if asked.unpriced else None,
        since=first,
        until=last,
    )


def _one_of(word: str, words: Iterable[str]) -> str:
    known = [str(each) for each in words]
    if word not in known:
        raise RejectedError(
            f"no call is '{word}'", effect="nothing is shown", fix=f"choose from {', '.join(known)}"
        )
    return word


def _row(line: CallLine) -> Row:
    return {
        "call": line.call_id,
        "at": line.reserved_at[:19],
        "profile": line.profile,
        "model": str(line.model),
        "purpose": line.purpose.value,
        "status": line.status.value,
        "code": line.code,
        "cost": line.shown_cost,
        "says": line.cost_source.value if line.cost_source is not None else None,
        "prompt tokens": line.prompt_tokens,
        "answer tokens": line.completion_tokens,
        "ms": None if line.latency_ms is None else round(line.latency_ms),
    }
