"""`/arena/runs/{id}` in full: its model calls and what they cost, the tools that were used, the prompts that were sent.

Texts are redacted for everybody: what looks like a secret, and every key that is configured, is `***`; the hashes are
those of what was really sent. Source: UI 3, RELIABILITY 6.15.
"""

from __future__ import annotations

import msgspec
from litestar import get
from litestar.params import FromPath

from quorate.access import Scope
from quorate.arena.record.costs import CostPart, cost_parts
from quorate.arena.record.details import KeptText, RunDetails
from quorate.arena.record.turns import Exchange, Turn
from quorate.hub.api import asking
from quorate.hub.api.cost_shapes import CallItem, call_item
from quorate.hub.api.run_shapes import RunShape
from quorate.hub.api.shape import Moment, Shape, Usd
from quorate.hub.parts import AnyRequest, app_in
from quorate.hub.security.principal import require
from quorate.kernel.stamps import stamp

LONGEST_RESULT = 4000
"""Characters of a tool's result that a list gives; its hash covers all of it. Ours."""


class CostPartShape(Shape):
    """One profile's calls for one purpose; `costUsd` sums those with a known cost, the others are counted."""

    profile: str
    role: str
    purpose: str
    tier: str
    calls: int
    cache_hits: int
    open_calls: int
    failed: int
    unpriced: int
    cost_usd: Usd
    prompt_tokens: int
    completion_tokens: int


class RunDetailsShape(RunShape):
    """A run with every model call that was made for it, and its cost by profile and purpose."""

    calls: tuple[CallItem, ...]
    cost_split: tuple[CostPartShape, ...]


class ToolCallItem(Shape):
    """One use of a tool; `result` is cut, `resultHash` covers all of it; a refused one says why."""

    order: int
    profile: str
    role: str
    purpose: str
    round: int
    tool: str
    arguments: str
    result: str
    result_chars: int
    result_hash: str
    refused: bool
    refusal: str | None
    latency_ms: float | None
    evidence: str


class ToolCallList(Shape):
    """Every use of a tool in a run, in order."""

    read_at: Moment
    run_id: str
    items: tuple[ToolCallItem, ...]
    next_cursor: str | None = None


class TextShape(Shape):
    """A prompt or an answer, redacted; `verified` says that what is kept has the hash that was recorded."""

    hash: str
    text: str | None
    verified: bool


class PromptItem(Shape):
    """One logical call: what was asked and answered, by which calls, and what became of it."""

    logical_id: str
    profile: str
    role: str
    purpose: str
    round: int
    template: str | None
    evidence_tier: str | None
    prompt: TextShape
    answer: TextShape | None
    outcome: str
    rejection_code: str | None
    rejection_detail: str | None
    notes: tuple[str, ...]
    call_ids: tuple[str, ...]
    model_asked: str | None
    fallback_reason: str | None
    evidence: str


class PromptList(Shape):
    """Every logical call of a run, in the order in which its agents were done."""

    read_at: Moment
    run_id: str
    items: tuple[PromptItem, ...]
    next_cursor: str | None = None


@get(
    "/arena/runs/{run_id:str}/tool-calls",
    guards=[require(Scope.READ)],
    summary="The tools that were used in a run",
)
async def tool_calls(request: AnyRequest, run_id: FromPath[str]) -> ToolCallList:
    """List who looked what up, what came back, and what was refused."""
    app = app_in(request)
    details = await app.run_details(asking.run_id(run_id))
    return ToolCallList(
        read_at=stamp(app.clock.now()), run_id=details.run.run_id, items=_tool_calls(details)
    )


@get(
    "/arena/runs/{run_id:str}/prompts",
    guards=[require(Scope.READ)],
    summary="The prompts of a run",
)
async def prompts(request: AnyRequest, run_id: FromPath[str]) -> PromptList:
    """List what was sent to models and what came back raw, redacted and with hashes that were computed again."""
    app = app_in(request)
    details = await app.run_details(asking.run_id(run_id), with_texts=True)
    return PromptList(
        read_at=stamp(app.clock.now()),
        run_id=details.run.run_id,
        items=tuple(
            _prompt(details, turn, exchange)
            for turn in details.turns
            for exchange in turn.exchanges
        ),
    )


def details_shape(details: RunDetails) -> RunDetailsShape:
    """Return a run as the API gives it whole."""
    run = msgspec.convert(details.run.as_json(), RunShape)
    return RunDetailsShape(
        **msgspec.structs.asdict(run),
        calls=tuple(map(call_item, details.calls)),
        cost_split=tuple(map(_part, cost_parts(details.calls))),
    )


def _part(part: CostPart) -> CostPartShape:
    return CostPartShape(
        profile=part.profile,
        role=part.role,
        purpose=part.purpose.value,
        tier=part.tier.value,
        calls=part.calls,
        cache_hits=part.cache_hits,
        open_calls=part.open_calls,
        failed=part.failed,
        unpriced=part.unpriced,
        cost_usd=str(part.known),
        prompt_tokens=part.prompt_tokens,
        completion_tokens=part.completion_tokens,
    )


def _tool_calls(details: RunDetails) -> tuple[ToolCallItem, ...]:
    used = [(turn, use) for turn in details.turns for use in turn.tools]
    return tuple(
        ToolCallItem(
            order=order,
            profile=turn.profile,
            role=turn.role,
            purpose=turn.purpose.value,
            round=turn.round,
            tool=use.name,
            arguments=details.mask(use.arguments),
            result=details.mask(use.result)[:LONGEST_RESULT],
            result_chars=len(use.result),
            result_hash=use.result_hash,
            refused=bool(use.refusal),
            refusal=details.mask(use.refusal) or None,
            latency_ms=use.latency_ms,
            evidence=f"journal:{turn.seq}",
        )
        for order, (turn, use) in enumerate(used, start=1)
    )


def _prompt(details: RunDetails, turn: Turn, exchange: Exchange) -> PromptItem:
    is_last = exchange is turn.exchanges[-1]
    rejected = turn.rejected if is_last else None
    answer = exchange.answer_hash
    return PromptItem(
        logical_id=exchange.logical_id,
        profile=turn.profile,
        role=turn.role,
        purpose=exchange.purpose,
        round=turn.round,
        template=exchange.template or None,
        evidence_tier=turn.evidence_tier or None,
        prompt=_text(exchange.prompt_hash, details.kept(exchange.prompt_hash)),
        answer=_text(answer, details.kept(answer)) if answer else None,
        outcome=exchange.outcome.value,
        rejection_code=rejected.code if rejected else None,
        rejection_detail=details.mask(rejected.detail) if rejected else None,
        notes=turn.notes if is_last else (),
        call_ids=tuple(
            call.call_id for call in details.calls if call.logical_id == exchange.logical_id
        ),
        model_asked=turn.model_asked or None,
        fallback_reason=turn.fallback_reason or None,
        evidence=f"journal:{turn.seq}",
    )


def _text(digest: str, kept: KeptText | None) -> TextShape:
    return TextShape(
        hash=digest,
        text=kept.text if kept else None,
        verified=kept is not None and kept.is_verified,
    )
