"""A scene: a run with its journal rows, the decision that the reader looks at, and all that its page says of them.

Made from one reading of the rows, so the parts of a page cannot contradict each other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final, TypedDict

import msgspec

from quorate.arena.record.details import RunDetails
from quorate.arena.record.run import RecordedRun
from quorate.arena.record.trace import read_trace
from quorate.arena.record.why import Case
from quorate.arena.shadow import Shadow
from quorate.hub.pages.addresses import word_in
from quorate.hub.pages.runs import (
    checks,
    costs,
    escalation,
    prompts,
    summary,
    tool_calls,
    trace,
    votes,
)
from quorate.hub.pages.runs.chain import Hop, hops_of
from quorate.hub.pages.runs.debated import debate_href
from quorate.hub.pages.runs.form import again_href
from quorate.hub.pages.runs.query import number
from quorate.hub.pages.runs.summary import Place, Tab, TraceView
from quorate.kernel.decision import Decision, Trigger
from quorate.kernel.journal import JournalEntry

Link = tuple[str, str, bool]
TabLink = tuple[Tab, str, int | None, str]

VIEW_LABELS: Final = {
    TraceView.TIMELINE: "Timeline",
    TraceView.TREE: "Tree",
    TraceView.LOG: "Log",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """`case` is None before anything was decided."""

    details: RunDetails
    run: RecordedRun
    case: Case | None
    place: Place

    @property
    def entries(self) -> Sequence[JournalEntry]:
        """Return the rows of the run and of its task."""
        return self.details.entries


class RunContext(TypedDict):
    """What the templates name of any run."""

    run: RecordedRun
    case: Case | None
    place: Place
    tab: Tab
    tabs: Sequence[TabLink]
    symbols: str
    again: str
    switches: Sequence[tuple[Decision, str]]
    standing: str
    hops: Sequence[Hop]
    log_href: str
    log_of: Callable[[int], str]
    json: str


class TraceContext(TypedDict):
    """What the templates name of its spans and rows."""

    falls: trace.Waterfall
    tree: Sequence[trace.Branch]
    log: trace.LogPage
    rows: int
    view: TraceView
    trace_views: Sequence[Link]
    log_before: str
    log_after: str


class CallsContext(TypedDict):
    """What the templates name of tools, prompts and costs."""

    tool_calls: Sequence[tool_calls.ToolCallRow]
    tool_calls_words: str
    prompts: Sequence[prompts.PromptCard]
    split: costs.CostSplit
    debate_href: str


class DecisionContext(TypedDict, total=False):
    """What the templates name of the decision; they ask for the case first."""

    why: Sequence[summary.Told]
    wish: summary.Wish
    limits: summary.Limits
    fired: Sequence[Trigger]
    market: str
    seats: votes.Seats
    seats_words: str
    arguments: Sequence[votes.ArgumentCard]
    escalation: escalation.Escalation
    camps: Sequence[votes.Camp]
    dissent: str
    left_out: str
    checks: Sequence[checks.Check]
    check_counts: Sequence[tuple[str, str]]
    panel: str
    plurality: str
    shadows: Sequence[Shadow]
    full_answer: str
    consensus_href: str


def tab_of(params: Mapping[str, str]) -> Tab:
    """Return the section that an address names, the first one where it names none."""
    return word_in(params.get("tab", ""), Tab) or Tab.SUMMARY


def scene_of(details: RunDetails, params: Mapping[str, str]) -> Scene:
    """Return the run that its details tell, at the place that an address names."""
    run = details.run
    case = summary.chosen_case(run, params.get("symbol", "").upper(), params.get("profile"))
    several = case is not None and len(run.decisions) > 1
    place = Place(
        run_id=run.run_id,
        symbol=case.decision.fact.symbol if case and several else None,
        profile=case.decision.fact.profile if case and several else None,
        tab=tab_of(params),
        view=word_in(params.get("view", ""), TraceView) or TraceView.TIMELINE,
        page=number(params.get("page", "")) or 1,
        row=number(params.get("row", "")),
    )
    return Scene(details=details, run=run, case=case, place=place)


def run_context(scene: Scene) -> RunContext:
    """Return what stands on the page of any run."""
    run, place, header = scene.run, scene.place, scene.run.header.fact
    return {
        "run": run,
        "case": scene.case,
        "place": place,
        "tab": place.tab,
        "tabs": _tabs(scene),
        "symbols": summary.enumerated(header.symbols),
        "again": again_href(
            header.symbols,
            header.profiles,
            header.requested_as_of,
            mode=header.mode,
            strategy=header.strategy.name if header.strategy else None,
        ),
        "switches": [
            (made.fact, _of(made.fact, place).href) for made in summary.several_decisions(run)
        ],
        "standing": summary.status_words(run),
        "hops": hops_of(run, scene.entries, place),
        "log_href": summary.log_href(place),
        "log_of": partial(summary.log_href, place),
        "json": pretty_json(run) if place.tab is Tab.JSON else "",
    }


def trace_context(scene: Scene) -> TraceContext:
    """Return the three readings of the run's spans; the log's rows are set only where they are shown."""
    place, entries = scene.place, scene.entries
    falls = trace.waterfall(read_trace(entries))
    shown = place.page if place.row is None else trace.page_of(entries, place.row)
    is_log = place.tab is Tab.TRACE and place.view is TraceView.LOG
    log = trace.log_page(entries if is_log else (), shown)
    in_trace = replace(place, tab=Tab.TRACE, row=None)
    before, after = log.number - 1, log.number + 1
    return {
        "falls": falls,
        "tree": trace.tree(falls.bars),
        "log": log,
        "rows": len(entries),
        "view": place.view,
        "trace_views": [
            (label, replace(in_trace, view=view, page=1).href, view is place.view)
            for view, label in VIEW_LABELS.items()
        ],
        "log_before": replace(in_trace, page=before).href if before >= 1 else "",
        "log_after": replace(in_trace, page=after).href if after <= log.pages else "",
    }


def calls_context(scene: Scene) -> CallsContext:
    """Return what agents looked up, asked and heard, and what it cost; texts only where they are shown."""
    details, tab = scene.details, scene.place.tab
    rows = tool_calls.tool_call_rows(details) if tab is Tab.TOOLS else ()
    return {
        "tool_calls": rows,
        "tool_calls_words": tool_calls.tool_call_words(rows),
        "prompts": prompts.prompt_cards(details) if tab is Tab.PROMPTS else (),
        "split": costs.cost_split(details),
        "debate_href": debate_href(details, scene.place.symbol),
    }


def decision_context(scene: Scene) -> DecisionContext:
    """Return what stands on the page once there is a decision."""
    case, place = scene.case, scene.place
    if case is None:
        return {"seats_words": ""}
    decision, said = case.decision.fact, [vote.fact for vote in case.votes]
    tokens = votes.tokens_spent(scene.details)
    seats = votes.seated(case.votes, votes.seats_taken(scene.entries), tokens)
    limits, rules = summary.limits_of(decision), checks.checks_of(case)
    return {
        "why": summary.told(case, place),
        "wish": summary.wish_of(decision),
        "limits": limits,
        "fired": summary.fired(decision),
        "market": summary.market_words(decision),
        "seats": seats,
        "seats_words": votes.price_words(seats),
        "arguments": votes.arguments_on(scene.details, decision.symbol),
        "escalation": escalation.escalation_of(case),
        "camps": votes.camps(said),
        "dissent": votes.dissent_words(said, limits.disagreement),
        "left_out": votes.left_out_words(seats),
        "checks": rules,
        "check_counts": checks.verdict_counts(rules),
        "panel": checks.panel_words(case),
        "plurality": checks.plurality_words(case),
        "shadows": [shadow for shadow in scene.run.shadows if shadow.symbol == decision.symbol],
        "full_answer": f"{_at(place, Tab.AGENTS)}#agent-",
        "consensus_href": _at(place, Tab.CONSENSUS),
    }


def pretty_json(run: RecordedRun) -> str:
    """Return the run's JSON, laid out for reading."""
    return msgspec.json.format(msgspec.json.encode(run.as_json()), indent=2).decode()


def _tabs(scene: Scene) -> Sequence[TabLink]:
    """Return each tab with its label, its number and its address."""
    turns = scene.details.turns
    labels: Mapping[Tab, tuple[str, int | None]] = {
        Tab.SUMMARY: ("Summary", None),
        Tab.AGENTS: ("Agents", len(scene.case.votes) if scene.case else 0),
        Tab.TRACE: ("Trace", len(read_trace(scene.entries).spans)),
        Tab.TOOLS: ("Tool calls", sum(len(turn.tools) for turn in turns)),
        Tab.CONSENSUS: ("Consensus", None),
        Tab.RISK: ("Risk & audit", None),
        Tab.PROMPTS: ("Prompts", sum(len(turn.exchanges) for turn in turns)),
        Tab.COST: ("Cost", len(scene.details.calls)),
        Tab.JSON: ("Raw JSON", None),
    }
    return [(tab, label, count, _at(scene.place, tab)) for tab, (label, count) in labels.items()]


def _of(made: Decision, place: Place) -> Place:
    return replace(place, symbol=made.symbol, profile=made.profile, page=1, row=None)


def _at(place: Place, tab: Tab) -> str:
    return Place(run_id=place.run_id, symbol=place.symbol, profile=place.profile, tab=tab).href
