"""Encoding: one agent's turn as a task that travels, and what came of it on the way back.

hub:    question -> analysis_assignment     reply_of -> reply
worker:             question_of -> reply -> analysis_result
"""

from __future__ import annotations

import zlib
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import msgspec

from quorate.agents.profile import AgentProfile
from quorate.agents.prompts import Briefing
from quorate.agents.prompts.evidence import BookView
from quorate.agents.prompts.templates import PromptTemplate
from quorate.arena.ports import Question, RunContext
from quorate.arena.record.answers import read_reply, reply_payload
from quorate.arena.record.facts import Facts
from quorate.arena.voting import AgentReply
from quorate.fleet.outcome import TRADING_ANALYSIS, checked_result
from quorate.kernel.canonical import Json, JsonValue, as_json
from quorate.kernel.errors import InvalidOutputError, InvariantBrokenError, RejectedError
from quorate.kernel.ids import Symbol
from quorate.llm.call import Purpose
from quorate.market.news import NewsItem
from quorate.market.series import Series
from quorate.market.snapshot import Snapshot, freeze_snapshot
from quorate.market.verdicts import Quarantine

MOST_ATTACHED: Final = 8 * 1024 * 1024
"""The texts of one turn are no longer together, in bytes: four prompts of 20,000 tokens are 0.4 MB. Ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignedAnalysis:
    """One agent's turn as a worker is told it; the bars are fetched by their digests in `series`."""

    profile: AgentProfile
    prompt: PromptTemplate
    symbols: tuple[Symbol, ...]
    as_of: date
    snapshot_hash: str
    series: dict[Symbol, str]
    quarantined: dict[Symbol, Quarantine]
    without_data: tuple[Symbol, ...]
    book: BookView
    news: tuple[NewsItem, ...]
    context: RunContext
    purpose: Purpose
    round: int
    before: str


def analysis_assignment(question: Question, prompt: PromptTemplate) -> dict[str, Json]:
    """Return the metadata of the task that has `question` answered with `prompt`; what is no text reads back alike."""
    briefing, snapshot = question.briefing, question.briefing.snapshot
    assigned = AssignedAnalysis(
        profile=question.profile,
        prompt=prompt,
        symbols=briefing.symbols,
        as_of=snapshot.as_of,
        snapshot_hash=snapshot.hash,
        series={symbol: view.series.digest for symbol, view in snapshot.views.items()},
        quarantined=dict(snapshot.quarantined),
        without_data=snapshot.without_data,
        book=briefing.book,
        news=briefing.news,
        context=question.context,
        purpose=question.purpose,
        round=question.round,
        before=question.before,
    )
    tree = as_json(msgspec.to_builtins(assigned, str_keys=True))
    if not isinstance(tree, dict):
        raise InvariantBrokenError("an assignment is an object")
    return tree


def read_assignment(metadata: Mapping[str, object]) -> AssignedAnalysis:
    """Return what `analysis_assignment` wrote.

    Raises:
        RejectedError: it is no such assignment.
    """
    try:
        return msgspec.convert(metadata, AssignedAnalysis, strict=False)
    except (msgspec.MsgspecError, RejectedError) as error:
        raise RejectedError(
            f"the assignment cannot be read: {error}",
            effect="the task was not begun",
            fix="run hub and worker in the same version",
            slug="malformed-assignment",
        ) from None


def question_of(assigned: AssignedAnalysis, series: Mapping[Symbol, Series]) -> Question:
    """Return the question that was assigned, its snapshot frozen here from `series`.

    Raises:
        RejectedError: what was frozen here is not what was frozen there (slug `inputs-changed`).
    """
    snapshot = _frozen(assigned, series)
    if snapshot.hash != assigned.snapshot_hash or snapshot.as_of != assigned.as_of:
        raise RejectedError(
            f"the bars here freeze to {snapshot.hash[:12]} of {snapshot.as_of}, "
            f"the task says {assigned.snapshot_hash[:12]} of {assigned.as_of}",
            effect="the model was not asked",
            fix="run hub and worker in the same version",
            slug="inputs-changed",
        )
    briefing = Briefing(
        snapshot=snapshot, symbols=assigned.symbols, book=assigned.book, news=assigned.news
    )
    return Question(
        profile=assigned.profile,
        briefing=briefing,
        context=assigned.context,
        purpose=assigned.purpose,
        round=assigned.round,
        before=assigned.before,
    )


def analysis_result(reply: AgentReply) -> dict[str, JsonValue]:
    """Return a turn as its worker delivers it, the texts packed; whose turn it is, the hub knows."""
    said = {key: value for key, value in reply_payload(reply).items() if key != "profile"}
    return {
        **said,
        "attachments": [b64encode(zlib.compress(text)).decode() for text in reply.attachments],
    }


def reply_of(result: Mapping[str, object], question: Question) -> AgentReply:
    """Return the reply to `question` that a worker delivered; it owes no events, for its calls are settled already.

    Raises:
        InvalidOutputError: it breaks the shape of a `trading_analysis`, or answers something that was not asked.
    """
    checked = checked_result(TRADING_ANALYSIS, result)
    packed = checked.pop("attachments", None)
    texts = tuple(_unpacked(each) for each in packed) if isinstance(packed, list) else ()
    read = read_reply(Facts(checked), question.profile)
    wanted = [
        symbol for symbol in question.briefing.symbols if symbol in question.briefing.snapshot.views
    ]
    if sorted(answer.symbol for answer in read.answers) != sorted(wanted):
        raise InvalidOutputError(
            "the result does not answer each symbol that was asked for exactly once",
            code="SYMBOLS_MISMATCH",
        )
    return AgentReply(
        profile=read.profile,
        answers=read.answers,
        model=read.model,
        latency_ms=read.latency_ms,
        cost=read.cost,
        fallback_used=read.fallback_used,
        failure=read.failure,
        call=read.call,
        attachments=texts,
    )


def _frozen(assigned: AssignedAnalysis, series: Mapping[Symbol, Series]) -> Snapshot:
    """Return the snapshot of what was assigned; a symbol in quarantine needs no bars, its verdict came along."""
    known: dict[Symbol, Series | None] = {
        **dict.fromkeys(assigned.without_data),
        **{symbol: _defective(symbol, why) for symbol, why in assigned.quarantined.items()},
        **{symbol: series[symbol] for symbol in assigned.series},
    }
    requested = {symbol: known[symbol] for symbol in assigned.symbols if symbol in known}
    day = max([assigned.as_of, *(why.session for why in assigned.quarantined.values())])
    return freeze_snapshot({**requested, **known}, day)


def _defective(symbol: Symbol, why: Quarantine) -> Series:
    return Series(symbol=symbol, source="", bars=(), quarantine=why)


def _unpacked(packed: object) -> bytes:
    try:
        reading = zlib.decompressobj()
        text = reading.decompress(b64decode(str(packed), validate=True), MOST_ATTACHED)
    except (ValueError, zlib.error) as error:
        raise InvalidOutputError(
            f"an attachment cannot be unpacked: {error}", code="ATTACHMENT"
        ) from None
    if not reading.eof:
        raise InvalidOutputError("an attachment is too long, or cut off", code="ATTACHMENT")
    return text
