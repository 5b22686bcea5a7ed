"""Rows that scoring reads: views that turned out, what their runs were asked for, and turns of agents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Final, NamedTuple, TypeVar

import msgspec
from sqlalchemy import Connection, bindparam, func, select

from quorate.adapters.sql.chain_table import JOURNAL
from quorate.adapters.sql.statement import Statement, Values, rows_of
from quorate.adapters.sql.vote_outcomes import VOTE_OUTCOMES
from quorate.agents.profile import RULES
from quorate.arena.record.header import RunEvent, stream_of
from quorate.kernel.errors import InvariantBrokenError
from quorate.kernel.ids import RunId, Tenant

T = TypeVar("T")

OUTCOME_ROWS: Final = Statement(
    select(
        VOTE_OUTCOMES.c.seq,
        VOTE_OUTCOMES.c.run_id,
        VOTE_OUTCOMES.c.symbol,
        VOTE_OUTCOMES.c.horizon,
        VOTE_OUTCOMES.c.book,
        VOTE_OUTCOMES.c.as_of,
        VOTE_OUTCOMES.c.resolved_at,
        VOTE_OUTCOMES.c.moved,
        VOTE_OUTCOMES.c.payload,
    )
    .where(
        VOTE_OUTCOMES.c.tenant == bindparam("tenant"),
        VOTE_OUTCOMES.c.seq > bindparam("after"),
        VOTE_OUTCOMES.c.seq <= bindparam("through"),
    )
    .order_by(VOTE_OUTCOMES.c.seq)
    .limit(bindparam("most"))
)
"""At most so many outcomes behind a row of the journal and not behind another, in its order."""

_HELD: Final = Statement(
    select(func.count(), func.coalesce(func.max(VOTE_OUTCOMES.c.seq), bindparam("none"))).where(
        VOTE_OUTCOMES.c.tenant == bindparam("tenant"), VOTE_OUTCOMES.c.seq <= bindparam("through")
    )
)

ANY: Final = 2**62
"""Behind every row of any journal."""

_SLOTS: Final = 50
_STREAMS: Final = [f"stream_{slot}" for slot in range(_SLOTS)]
_REQUESTED: Final = Statement(
    select(JOURNAL.c.payload).where(
        JOURNAL.c.stream.in_([bindparam(slot) for slot in _STREAMS]),
        JOURNAL.c.tenant + bindparam("nothing") == bindparam("tenant"),
        JOURNAL.c.type + bindparam("nothing") == bindparam("type"),
    )
)
"""What runs were asked for, so many at once; "nothing" as in the chain's own STREAM_ROWS."""


class VoteTold(msgspec.Struct):
    """A vote as `votes.resolved` tells it; rows written before calibration was have no `rawConfidence`."""

    profile: str
    role: str | None
    provider: str | None
    model: str | None
    voter: bool | None
    panel: bool | None
    action: str
    confidence: str | None = None
    rawConfidence: str | None = None  # noqa: N815  (the name on the wire)
    hit: bool | None = None


class ShadowTold(msgspec.Struct):
    """A shadow arm; nobody recorded what one of no action would have done."""

    arm: str
    action: str | None = None


class DecisionTold(msgspec.Struct):
    """The arena's decision."""

    action: str
    confidence: str | None = None


class ResolvedTold(msgspec.Struct):
    """The views that one row says turned out."""

    votes: list[VoteTold]
    shadows: list[ShadowTold] = []
    decision: DecisionTold | None = None


class VotesTold(msgspec.Struct):
    """The same without what only the leaderboard needs."""

    votes: list[VoteTold]


class OutcomeRow(NamedTuple):
    """A row of the outcomes; its payload is decoded by whoever needs it."""

    seq: int
    run_id: str
    symbol: str
    horizon: int
    book: str
    as_of: date
    resolved: date
    moved: float
    payload: str


class Held(NamedTuple):
    """How many outcomes the table holds up to a row of the journal, and the last of them; 0 where it holds none.

    Who keeps outcomes in memory compares it with what was taken in: where they differ, the table was folded again.
    """

    rows: int
    newest: int


NOTHING_HELD: Final = Held(0, 0)


class _Asked(msgspec.Struct):
    name: str
    provider: str = ""
    model: str = ""
    promptTemplate: str = ""  # noqa: N815


class _Seats(msgspec.Struct):
    speakers: list[_Asked] = []
    panel: list[_Asked] = []


class _Strategy(msgspec.Struct):
    name: str


class _Requested(msgspec.Struct):
    runId: str  # noqa: N815
    symbols: list[str]
    profiles: list[_Asked]
    seats: _Seats | None = None
    strategy: _Strategy | None = None


class AskedAgent(NamedTuple):
    """An agent as a run asked it; of a keyless one the version of its code stands for the prompt."""

    provider: str
    model: str
    prompt: str


class RunFacts(NamedTuple):
    """What a run was asked for, as far as scoring is concerned."""

    strategy: str
    symbols: tuple[str, ...]
    agents: Mapping[str, AskedAgent]

    def agent(self, name: str) -> AskedAgent:
        """Return how an agent was asked."""
        return self.agents.get(name, NOT_ASKED)


NOT_ASKED: Final = AskedAgent("", "", "")
NOTHING_ASKED: Final = RunFacts("", (), {})

_RESOLVED: Final = msgspec.json.Decoder(ResolvedTold)
_VOTES: Final = msgspec.json.Decoder(VotesTold)
_REQUEST: Final = msgspec.json.Decoder(_Requested)


def outcome_rows(
    connection: Connection, tenant: Tenant, after: int, most: int, through: int = ANY
) -> Sequence[OutcomeRow]:
    """Return at most `most` outcomes behind row `after` of the journal up to row `through`, in its order."""
    values: Values = {"tenant": tenant, "after": after, "through": through, "most": most}
    return [
        OutcomeRow(
            int(seq or 0),
            str(run_id),
            str(symbol),
            int(horizon or 0),
            str(book),
            date.fromisoformat(str(as_of)),
            date.fromisoformat(str(resolved)),
            float(str(moved)),
            str(payload),
        )
        for seq, run_id, symbol, horizon, book, as_of, resolved, moved, payload in rows_of(
            connection, OUTCOME_ROWS, values
        )
    ]


def outcomes_held(connection: Connection, tenant: Tenant, through: int) -> Held:
    """Return what the table holds of the outcomes up to row `through` of the journal."""
    values: Values = {"tenant": tenant, "through": through, "none": 0}
    ((rows, newest),) = rows_of(connection, _HELD, values)
    return Held(int(rows or 0), int(newest or 0))


def resolved_told(row: OutcomeRow) -> ResolvedTold:
    """Return all views that a row tells of; raises InvariantBrokenError where it is none that hindsight writes."""
    return _decoded(_RESOLVED, row.payload)


def votes_told(row: OutcomeRow) -> Sequence[VoteTold]:
    """Return the votes alone; raises as `resolved_told`."""
    return _decoded(_VOTES, row.payload).votes


def facts_of_runs(
    connection: Connection, tenant: Tenant, runs: Iterable[str]
) -> Mapping[str, RunFacts]:
    """Return what runs were asked for, by run id."""
    wanted = sorted(set(runs))
    found: dict[str, RunFacts] = {}
    for first in range(0, len(wanted), _SLOTS):
        for payload in _requests(connection, tenant, wanted[first : first + _SLOTS]):
            asked = _decoded(_REQUEST, payload)
            found[asked.runId] = _facts(asked)
    return found


def _requests(connection: Connection, tenant: Tenant, runs: Sequence[str]) -> Iterator[str]:
    streams = [stream_of(RunId(run)) for run in runs]
    named = dict(zip(_STREAMS, [*streams, *[""] * (_SLOTS - len(streams))], strict=True))
    values: Values = {
        "tenant": tenant,
        "nothing": "",
        "type": RunEvent.REQUESTED.value,
        **named,
    }
    for (payload,) in rows_of(connection, _REQUESTED, values):
        yield str(payload)


def _facts(asked: _Requested) -> RunFacts:
    seats = asked.seats or _Seats()
    return RunFacts(
        strategy=asked.strategy.name if asked.strategy else "",
        symbols=tuple(sorted(asked.symbols)),
        agents={
            each.name: AskedAgent(
                each.provider,
                each.model,
                each.model if each.provider == RULES else each.promptTemplate,
            )
            for each in (*seats.speakers, *seats.panel, *asked.profiles)
        },
    )


def _decoded(decoder: msgspec.json.Decoder[T], payload: str) -> T:
    try:
        return decoder.decode(payload)
    except msgspec.MsgspecError as error:
        raise InvariantBrokenError(f"a stored outcome cannot be read back: {error}") from error
