"""From evidence to decision: the hops of a run, each with the journal row that made it true; orders follow."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from quorate.arena.record.header import RunEvent
from quorate.arena.record.phrases import count, spaced
from quorate.arena.record.run import RecordedRun, RunStatus
from quorate.hub.pages.runs.summary import Place, log_href
from quorate.kernel.journal import JournalEntry
from quorate.llm.call import Purpose


class HopState(StrEnum):
    """Where a hop is; NONE = it will not come."""

    DONE = "done"
    NOW = "now"
    WAIT = "wait"
    FAILED = "failed"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """One hop; `seq` is the newest row of it, None before there is one, and `mark` an id that stands in its place."""

    name: str
    value: str
    state: HopState
    seq: int | None = None
    href: str = ""
    note: str = ""
    mark: str = ""


def hops_of(run: RecordedRun, entries: Sequence[JournalEntry], place: Place) -> tuple[Hop, ...]:
    """Return the hops of a run in their order, as far as its rows tell."""
    rows = _by_type(entries)
    made = (
        _hop("Request", rows[RunEvent.REQUESTED], spaced(run.header.fact.triggered_by), place),
        _hop("Snapshot", rows[RunEvent.SNAPSHOT_FROZEN], "frozen", place, note=_seen(run)),
        _answers(run, _first_round(rows[RunEvent.AGENT_ANSWERED]), place),
        *_heard(rows[RunEvent.AGENT_ANSWERED], place),
        _hop("Votes", rows[RunEvent.VOTE_CAST], count(len(run.votes), "vote"), place),
        _hop("Decision", rows[RunEvent.DECISION_MADE], _decided(run), place),
        _hop("Shadow arms", rows[RunEvent.SHADOWS_DRAWN], "drawn", place, note=_arms(run)),
        _end(run, rows, place),
    )
    return _placed(made, run.status)


def _by_type(entries: Sequence[JournalEntry]) -> Mapping[str, list[JournalEntry]]:
    rows = defaultdict(list)
    for entry in entries:
        rows[entry.type].append(entry)
    return rows


def _hop(
    name: str, rows: Sequence[JournalEntry], value: str, place: Place, *, note: str = ""
) -> Hop:
    if not rows:
        return Hop(name=name, value="", state=HopState.WAIT)
    seq = rows[-1].seq
    return Hop(
        name=name,
        value=value,
        state=HopState.DONE,
        seq=seq,
        href=log_href(place, seq),
        note=note,
    )


def _answers(run: RecordedRun, rows: Sequence[JournalEntry], place: Place) -> Hop:
    """Return the hop of the agents, which is over when all of them have answered or votes are cast."""
    asked = len(run.header.fact.profiles)
    hop = _hop("Agents", rows, f"{len(rows)} of {asked}", place, note="answered")
    over = len(rows) == asked or bool(run.votes)
    return replace(hop, state=HopState.DONE if over else HopState.WAIT)


def _first_round(answers: Sequence[JournalEntry]) -> Sequence[JournalEntry]:
    return [row for row in answers if row.facts.get("purpose", Purpose.ANSWER) == Purpose.ANSWER]


def _heard(answers: Sequence[JournalEntry], place: Place) -> Sequence[Hop]:
    """Return the hop of the hearing where there was one: who argued, and whether the panel answered."""
    argued = [row for row in answers if row.facts.get("purpose") == Purpose.ARGUE]
    judged = [row for row in answers if row.facts.get("purpose") == Purpose.PANEL]
    hops = (
        _hop("Debate", argued, count(len(argued), "statement"), place, note="argued for the panel"),
        _hop("Power panel", judged, count(len(judged), "answer"), place),
    )
    return [hop for hop in hops if hop.state is HopState.DONE]


def _end(run: RecordedRun, rows: Mapping[str, list[JournalEntry]], place: Place) -> Hop:
    match run.status:
        case RunStatus.RUNNING:
            return Hop(name="Verified", value="", state=HopState.WAIT)
        case RunStatus.COMPLETED:
            note = "invariants recomputed"
            return _hop("Verified", rows[RunEvent.COMPLETED], "completed", place, note=note)
        case RunStatus.FAILED | RunStatus.CANCELLED:
            ended = [*rows[RunEvent.FAILED], *rows[RunEvent.CANCELLED]]
            hop = _hop("End", ended, run.status.value, place, note=spaced(run.end.reason))
            return replace(hop, state=HopState.FAILED)


def _placed(hops: Sequence[Hop], status: RunStatus) -> tuple[Hop, ...]:
    """Return the hops with those to come marked: the first is under way, or none comes after an end."""
    waiting = [place for place, hop in enumerate(hops) if hop.state is HopState.WAIT]
    ended = status is not RunStatus.RUNNING
    states = dict.fromkeys(waiting, HopState.NONE if ended else HopState.WAIT)
    if waiting and not ended:
        states[waiting[0]] = HopState.NOW
    return tuple(replace(hop, state=states.get(place, hop.state)) for place, hop in enumerate(hops))


def _seen(run: RecordedRun) -> str:
    return (
        f"{count(len(run.header.fact.symbols), 'symbol')} at the close of {run.header.fact.as_of}"
    )


def _decided(run: RecordedRun) -> str:
    actions = [made.fact.action.value for made in run.decisions]
    return actions[0] if len(actions) == 1 else count(len(actions), "decision")


def _arms(run: RecordedRun) -> str:
    return count(len({shadow.arm for shadow in run.shadows}), "arm")
