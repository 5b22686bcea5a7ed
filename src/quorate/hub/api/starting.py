"""`POST /arena/run`: a run is asked for, once however often it is sent, and goes on by itself.

body -> request -> (dry run: a preview, nothing written) -> idempotency key -> run.requested is durable -> 202
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Annotated, Any, Final, cast

import msgspec
from litestar import Response, post
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import JSONBody, QueryParameter

from quorate.access import Scope
from quorate.arena.acceptance import RequestKey
from quorate.arena.record.run import RecordedRun, RunStatus
from quorate.arena.request import DEBATE, MAX_SYMBOLS, RunRequest, checked_cost
from quorate.bootstrap.answers import RunPreview, StartedRun
from quorate.hub.api import asking
from quorate.hub.api.headers import IdempotencyKey, Prefer
from quorate.hub.api.run_shapes import RunShape
from quorate.hub.api.shape import Day, Given, Shape, Usd
from quorate.hub.parts import AnyRequest, Parts, parts_of
from quorate.hub.problems import PROBLEM_JSON, Problem, RefusedError
from quorate.hub.security.principal import principal_of, require, scope_missing
from quorate.hub.stream import RUN_ENDS, Reader, Wanted
from quorate.kernel.canonical import sha256_hex
from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import BookName, ProfileName, StrategyName, Symbol
from quorate.kernel.money import Usd as Money

LONGEST_WAIT: Final = 60
"""Seconds that `Prefer: wait=` may ask for."""

_KEY = re.compile(r"[\x21-\x7e][\x20-\x7e]{0,199}")
_WAIT = re.compile(r"(?:^|,)\s*wait\s*=\s*(\d{1,4})\s*(?:,|$)")


class NewRun(Given):
    """A run to start. `profileIds` and `profiles` mean the same; without them every enabled profile is asked.

    `strategyId` names a strategy of the configuration; it stands in for the symbols and profiles that are not named.
    """

    symbols: tuple[str, ...] = ()
    strategy_id: str | None = None
    as_of: date | None = None
    book: str | None = None
    profiles: tuple[str, ...] | None = None
    profile_ids: tuple[str, ...] | None = None
    mode: str = DEBATE
    allow_order: bool = False
    max_cost_usd: str | int | float | None = None
    dry_run: bool = False


class Accepted(Shape):
    """A run that was started, or that an earlier request with the same key started."""

    run_id: str
    trace_id: str
    status: str
    replayed: bool


class Preview(Shape):
    """What a run would be; nothing was written. `worstCostUsd` is null where a profile has no limit per run."""

    dry_run: bool
    symbols: tuple[str, ...]
    profiles: tuple[str, ...]
    as_of: Day
    book: str
    book_mode: str
    mode: str
    worst_cost_usd: Usd


@post(
    "/arena/run",
    guards=[require(Scope.RUN)],
    status_code=202,
    summary="Start a run",
    responses={
        200: ResponseSpec(
            cast("type[object]", RunShape | Preview),
            generate_examples=False,
            description="The finished run (Prefer: wait); of a dry run its preview.",
        ),
        422: ResponseSpec(
            Problem,
            generate_examples=False,
            media_type=PROBLEM_JSON,
            description="What was asked for cannot be run.",
        ),
    },
)
async def start_run(
    request: AnyRequest,
    data: JSONBody[NewRun],
    dry_run: Annotated[bool, QueryParameter(name="dryRun")] = False,  # noqa: FBT002
    key: IdempotencyKey = None,
    prefer: Prefer = None,
) -> Response[Accepted]:
    """Start a run and answer as soon as it is durable that it was asked for.

    `Idempotency-Key` is needed: the same key with the same body gets the first answer for 24 hours. `Prefer: wait=20`
    waits so long for the end and then answers 200 with the whole run. With `allowOrder` what it decides is queued with
    it and carried out by a cycle of its book: the gate, the checks and the broker still have their say.
    """
    parts, wanted = parts_of(request), run_request(data)
    if data.allow_order and Scope.TRADE not in principal_of(request).scopes:
        raise scope_missing(Scope.TRADE)
    if dry_run or data.dry_run:
        planned = await parts.app.order_desk.prepared(wanted) if data.allow_order else wanted
        return _previewed(await parts.app.preview_run(planned))
    accepted = request_key(request, key, data)
    await parts.app.coordination.admit()
    return await started(
        parts,
        lambda: parts.app.start_run(wanted, key=accepted, allow_order=data.allow_order),
        accepted.principal,
        seconds=wait_of(prefer),
    )


def run_request(data: NewRun) -> RunRequest:
    """Return what a body asks for; whether it can be run the application says.

    Raises:
        RefusedError: it names too many symbols, or its profiles twice.
    """
    if not data.symbols and data.strategy_id is None:
        raise asking.wrong("/symbols", "name at least one symbol, or a strategy")
    if len(data.symbols) > MAX_SYMBOLS:
        raise asking.wrong(
            "/symbols", f"at most {MAX_SYMBOLS} symbols in one run", code="TOO_MANY_SYMBOLS"
        )
    if data.profiles is not None and data.profile_ids is not None:
        raise asking.wrong("/profileIds", "the same as profiles: give one of them")
    named = data.profiles if data.profile_ids is None else data.profile_ids
    return RunRequest(
        symbols=tuple(map(Symbol, data.symbols)),
        as_of=data.as_of,
        book=None if data.book is None else BookName(data.book),
        profiles=None if named is None else tuple(map(ProfileName, named)),
        mode=data.mode,
        max_cost=limit_of(data.max_cost_usd),
        strategy=None if data.strategy_id is None else StrategyName(data.strategy_id),
    )


def limit_of(given: str | float | None) -> Money | None:
    """Return what a run is told to stay below, None where nobody says.

    Raises:
        RefusedError: it is no amount above zero.
    """
    if given is None:
        return None
    try:
        return checked_cost(str(given))
    except RejectedError:
        raise asking.wrong(
            "/maxCostUsd", "is an amount of US dollars above 0, as in 0.05"
        ) from None


def request_key(
    request: AnyRequest, key: str | None, data: Given, *, about: str = ""
) -> RequestKey:
    """Return what tells a request with this header from others of whoever sends it; `about` is what its path names.

    Raises:
        RefusedError: the header is missing, or is no key.
    """
    principal = principal_of(request)
    return RequestKey(
        principal=principal.name if principal.session_id else principal.token_id,
        key=_checked_key(key),
        fingerprint=fingerprint(data, about),
    )


def fingerprint(data: Given, about: str = "") -> str:
    """Return what tells one body from another, however it was written, and from the same about something else."""
    return sha256_hex(about.encode() + msgspec.json.encode(data))


def wait_of(prefer: str | None) -> int | None:
    """Return the seconds of `Prefer: wait=20`, None where there is no such wish. Source: RFC 7240."""
    found = _WAIT.search(prefer or "")
    return min(int(found[1]), LONGEST_WAIT) if found else None


async def started(
    parts: Parts,
    begin: Callable[[], Awaitable[StartedRun]],
    principal: str,
    *,
    seconds: int | None,
) -> Response[Any]:
    """Answer with a run that `begin` starts, or with its end where it comes within `seconds`."""
    if seconds is None:
        return _accepted(await begin())
    ends = Wanted(types=RUN_ENDS)
    async with parts.broadcast.joined(principal, ends) as reader:
        begun = await begin()
        recorded = await _ended(parts, reader, begun.run_id, seconds)
    return _accepted(begun) if recorded is None else _finished(begun, recorded, seconds)


async def _ended(parts: Parts, reader: Reader, run_id: str, seconds: int) -> RecordedRun | None:
    """Return the run once it ended, None where that took longer than `seconds`."""
    patience = asyncio.create_task(parts.app.clock.sleep(seconds))
    try:
        while True:
            recorded = await parts.app.recorded_run(run_id)
            if recorded.status is not RunStatus.RUNNING:
                return recorded
            if patience.done() or reader.ended:
                return None
            stirred = asyncio.create_task(reader.stirred())
            await asyncio.wait({patience, stirred}, return_when=asyncio.FIRST_COMPLETED)
            stirred.cancel()
    finally:
        patience.cancel()


def _accepted(started: StartedRun) -> Response[Any]:
    body = Accepted(
        run_id=started.run_id,
        trace_id=started.trace_id,
        status=RunStatus.RUNNING.value,
        replayed=started.replayed,
    )
    return Response(body, status_code=202, headers=_headers(started))


def _finished(started: StartedRun, recorded: RecordedRun, seconds: int) -> Response[Any]:
    return Response(
        msgspec.convert(recorded.as_json(), RunShape),
        status_code=200,
        headers={**_headers(started), "Preference-Applied": f"wait={seconds}"},
    )


def _headers(started: StartedRun) -> dict[str, str]:
    location = {"Location": f"/api/admin/arena/runs/{started.run_id}"}
    return {**location, "Idempotency-Replayed": "true"} if started.replayed else location


def _previewed(preview: RunPreview) -> Response[Any]:
    body = Preview(
        dry_run=True,
        symbols=preview.symbols,
        profiles=tuple(profile.name for profile in preview.profiles),
        as_of=preview.as_of.isoformat(),
        book=preview.book,
        book_mode=preview.book_mode,
        mode=preview.mode,
        worst_cost_usd=None if preview.worst_cost is None else str(preview.worst_cost),
    )
    return Response(body, status_code=200)


def _checked_key(key: str | None) -> str:
    if key is None:
        raise RefusedError(
            "the header Idempotency-Key is missing",
            slug="idempotency-missing",
            effect="nothing was started",
            fix="send one that no other request has, such as a random UUID",
        )
    if not _KEY.fullmatch(key):
        raise asking.wrong("Idempotency-Key", "has 1 to 200 printable characters")
    return key
