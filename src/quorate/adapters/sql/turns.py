"""Turns of agents, read: each with its tokens, its tools, its outcomes, and what vouches for its run."""

from __future__ import annotations

import base64
from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, bindparam, func, select

from quorate.adapters.sql.calls import LLM_CALLS
from quorate.adapters.sql.chain_table import JOURNAL
from quorate.adapters.sql.routing import AGENT_CALLS, WHAT_IF
from quorate.adapters.sql.runs import RUNS
from quorate.adapters.sql.statement import Statement, Values, rows_of
from quorate.adapters.sql.tool_calls import TOOL_CALLS
from quorate.adapters.sql.verdicts import VERDICTS
from quorate.adapters.sql.vote_outcomes import VOTE_OUTCOMES
from quorate.arbiter.routing.arm import MICRO, reward_of
from quorate.arbiter.routing.learning import outcomes_in
from quorate.kernel.ids import Tenant
from quorate.kernel.stamps import moment_of
from quorate.scoring.data_point import Provenance
from quorate.scoring.sample import CallSample

_TURNS = Statement(
    select(
        AGENT_CALLS.c.seq,
        AGENT_CALLS.c.asked_at,
        AGENT_CALLS.c.run_id,
        AGENT_CALLS.c.trace_id,
        AGENT_CALLS.c.book,
        AGENT_CALLS.c.profile,
        AGENT_CALLS.c.role,
        AGENT_CALLS.c.model,
        AGENT_CALLS.c.purpose,
        AGENT_CALLS.c.failure,
        AGENT_CALLS.c.fallback,
        AGENT_CALLS.c.views,
        AGENT_CALLS.c.abstained,
        AGENT_CALLS.c.latency_us,
        AGENT_CALLS.c.cost_nanos,
        RUNS.c.symbols,
        RUNS.c.config_hash,
        RUNS.c.as_of,
    )
    .join(RUNS, (RUNS.c.tenant == AGENT_CALLS.c.tenant) & (RUNS.c.run_id == AGENT_CALLS.c.run_id))
    .where(
        AGENT_CALLS.c.tenant == bindparam("tenant"),
        AGENT_CALLS.c.asked_at >= bindparam("since"),
        RUNS.c.outcome != bindparam("what_if"),
    )
    .order_by(AGENT_CALLS.c.seq.desc())
    .limit(bindparam("most"))
)
_TOKENS = Statement(
    select(
        LLM_CALLS.c.run_id,
        LLM_CALLS.c.profile,
        func.sum(LLM_CALLS.c.prompt_tokens),
        func.sum(LLM_CALLS.c.completion_tokens),
    )
    .where(
        LLM_CALLS.c.tenant == bindparam("tenant"),
        LLM_CALLS.c.run_id >= bindparam("first_run"),
        LLM_CALLS.c.reserved_at >= bindparam("since"),
    )
    .group_by(LLM_CALLS.c.run_id, LLM_CALLS.c.profile)
)
_TOOLS = Statement(
    select(TOOL_CALLS.c.seq, TOOL_CALLS.c.refused).where(
        TOOL_CALLS.c.tenant == bindparam("tenant"), TOOL_CALLS.c.day >= bindparam("since_day")
    )
)
_OUTCOMES = Statement(
    select(VOTE_OUTCOMES.c.run_id, VOTE_OUTCOMES.c.payload).where(
        VOTE_OUTCOMES.c.tenant == bindparam("tenant"), VOTE_OUTCOMES.c.seq >= bindparam("least")
    )
)
_VERDICTS = Statement(
    select(VERDICTS.c.task_subject, VERDICTS.c.verdict_id, VERDICTS.c.decision, JOURNAL.c.payload)
    .join(JOURNAL, (JOURNAL.c.tenant == VERDICTS.c.tenant) & (JOURNAL.c.seq == VERDICTS.c.seq))
    .where(VERDICTS.c.tenant == bindparam("tenant"), VERDICTS.c.seq >= bindparam("least"))
)


class Turn(NamedTuple):
    """A turn, and what vouches for it."""

    sample: CallSample
    provenance: Provenance


def turns_since(connection: Connection, tenant: Tenant, since: str, most: int) -> Sequence[Turn]:
    """Return the newest turns since a moment, at most `most`, oldest first; what-ifs are left out."""
    values: Values = {"tenant": tenant, "since": since, "most": most, "what_if": WHAT_IF}
    rows = list(reversed(rows_of(connection, _TURNS, values)))
    if not rows:
        return []
    least = int(rows[0][0] or 0)
    about = _About(connection, tenant, since, least, min(str(row[2]) for row in rows))
    return [about.turn(row) for row in rows]


class _About:
    """What stands in other tables about turns."""

    def __init__(
        self, connection: Connection, tenant: Tenant, since: str, least: int, first_run: str
    ) -> None:
        after: Values = {"tenant": tenant, "least": least}
        self._tokens = {
            (str(run), str(profile)): (int(asked or 0), int(said or 0))
            for run, profile, asked, said in rows_of(
                connection, _TOKENS, {"tenant": tenant, "since": since, "first_run": first_run}
            )
        }
        tools = defaultdict[int, list[bool]](list)
        span: Values = {"tenant": tenant, "since_day": since[:10]}
        for seq, refused in rows_of(connection, _TOOLS, span):
            tools[int(seq or 0)].append(bool(refused))
        self._tools: Mapping[int, list[bool]] = tools
        qualities = defaultdict[tuple[str, str], list[int]](list)
        for run, payload in rows_of(connection, _OUTCOMES, after):
            for each in outcomes_in(msgspec.json.decode(str(payload))):
                reward = reward_of(right=each.right, confidence=each.confidence)
                qualities[str(run), each.agent].append(reward)
        self._qualities: Mapping[tuple[str, str], list[int]] = qualities
        self._verdicts = {
            str(run): (str(id_), str(decision), str(envelope))
            for run, id_, decision, envelope in rows_of(connection, _VERDICTS, after)
        }

    def turn(self, row: Sequence[object]) -> Turn:
        seq, asked_at, run, trace, book, agent, role, model, purpose, failure, *rest = row
        fallback, views, abstained, latency, cost, symbols, config_hash, as_of = rest
        key = (str(run), str(agent))
        asked, said = self._tokens.get(key, (0, 0))
        uses, known = self._tools.get(int(str(seq)), []), self._qualities.get(key, [])
        names = tuple(map(str, msgspec.json.decode(str(symbols))))
        sample = CallSample(
            seq=int(str(seq)),
            asked_at=moment_of(str(asked_at)),
            run_id=str(run),
            trace_id=str(trace),
            book=str(book),
            agent=str(agent),
            role=str(role),
            model=str(model),
            purpose=str(purpose),
            failure=str(failure),
            fallback=bool(fallback),
            views=int(str(views)),
            abstained=int(str(abstained)),
            latency_ms=int(str(latency)) / 1000,
            cost=None if cost is None else Decimal(int(str(cost))).scaleb(-9),
            prompt_tokens=asked,
            completion_tokens=said,
            tool_calls=len(uses),
            tool_refusals=sum(uses),
            quality=sum(known) / len(known) / MICRO if known else None,
            symbols=names,
            text=f"{purpose or 'answer'} about {len(names)} symbols as of {as_of}",
        )
        return Turn(sample, self._provenance(str(run), str(config_hash)))

    def _provenance(self, run: str, config_hash: str) -> Provenance:
        id_, decision, envelope = self._verdicts.get(run, ("", "", ""))
        return Provenance(
            verdict_id=id_,
            signature=_signature(envelope),
            config_hash=config_hash,
            compliant=decision == "PASS",
        )


def _signature(envelope: str) -> str:
    """Return the signature of a stored envelope in hex, empty where there is none."""
    if not envelope:
        return ""
    tree = msgspec.json.decode(envelope)
    told = tree.get("envelope") if isinstance(tree, dict) else None
    signatures = told.get("signatures") if isinstance(told, dict) else None
    first = signatures[0] if isinstance(signatures, list) and signatures else {}
    signed = str(first.get("sig", "")) if isinstance(first, dict) else ""
    return base64.b64decode(signed).hex()
