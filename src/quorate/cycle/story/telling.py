"""The story told: chapters of plain sentences, each with the journal rows that prove it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from quorate.arena.record import Sentence, why
from quorate.arena.record.phrases import count, enumeration, spaced
from quorate.cycle.record import RecordedCycle
from quorate.cycle.story.facts import GateResult, OrderTale, Verdict
from quorate.cycle.story.headline import no_order_words
from quorate.cycle.story.story import Story
from quorate.cycle.story.words import (
    LEG_WORDS,
    check_words,
    counted_checks,
    dollars,
    filled_words,
    gate_words,
    moment,
    price,
    shares,
    wanted_words,
)
from quorate.execution.listing import exact
from quorate.execution.order_table import OrderState
from quorate.execution.outcome_link import OutcomeStatus
from quorate.kernel.action import FinalAction
from quorate.kernel.step_message import StepName
from quorate.kernel.vote import Vote
from quorate.risk import Leg


@dataclass(frozen=True, slots=True)
class Detail:
    """A line under a chapter: what it is about, and what stands there."""

    label: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """A hop of the decision's way."""

    name: str
    title: str
    sentences: tuple[Sentence, ...]
    details: tuple[Detail, ...] = ()


def chapters_of(story: Story) -> tuple[Chapter, ...]:
    """Return the hops in their order; those that did not happen say so once and then stop."""
    return tuple(_chapters(story))


def _chapters(story: Story) -> Iterator[Chapter]:
    yield from _decided(story)
    if story.gate is not None:
        yield _gate(story.gate)
    if story.verdicts:
        yield _risk(story)
    yield _order(story)
    if story.entry is not None and story.entry.filled:
        yield _protection(story)
        yield _exit(story)
    if story.outcome is not None or story.entry is not None:
        yield _outcome(story)
    if story.cycle is not None and story.cycle.is_over:
        yield _audit(story.cycle, story.steps.get(StepName.AUDITOR, 0))


def _decided(story: Story) -> Iterator[Chapter]:
    """Yield what was seen, who said what, and what was concluded: the run's own why, in three parts."""
    case, told = story.case, why(story.case)
    header = case.header.fact
    yield Chapter(
        name="evidence",
        title="What was seen",
        sentences=told[:1],
        details=(
            Detail("snapshot", story.run.snapshot_hash or "not frozen"),
            Detail("configuration", header.config_hash),
        ),
    )
    yield Chapter(
        name="votes",
        title="Who said what",
        sentences=told[1:-1],
        details=tuple(_vote(vote.fact) for vote in case.votes),
    )
    decision = case.decision.fact
    measured = (
        ("confidence", None if decision.confidence is None else decision.confidence.value),
        ("disagreement", decision.disagreement),
    )
    yield Chapter(
        name="consensus",
        title="What was concluded",
        sentences=told[-1:] if len(told) > 1 else (),
        details=(
            Detail("reason", decision.reason),
            Detail("quorum", f"{len(case.valid)} valid of {header.quorum} needed"),
            *(Detail(name, f"{value:.2f}") for name, value in measured if value is not None),
            Detail("power panel", "asked" if decision.escalated else "not asked"),
        ),
    )


def _vote(vote: Vote) -> Detail:
    if vote.confidence is None:
        return Detail(vote.profile, f"abstained: {vote.answer.reason or 'no reason given'}")
    chain = [
        step
        for before, step in zip((None, *vote.steps), vote.steps, strict=False)
        if before is None or step.value != before.value
    ]
    told = " -> ".join(f"{spaced(step.kind.value)} {step.value:.2f}" for step in chain)
    steps = f" ({told})" if len(chain) > 1 else ""
    panel = ", on the power panel" if vote.panel else ""
    return Detail(
        vote.profile,
        f"{vote.answer.action.value} {vote.confidence.value:.2f}{steps}{panel}: "
        f"{vote.answer.rationale}",
    )


def _gate(gate: GateResult) -> Chapter:
    said = gate_words(gate)
    verb = "let it through" if gate.passed else "refused new risk"
    text = f"The backtest gate {verb}{f': {said}' if said else ''}."
    return Chapter(name="gate", title="Backtest", sentences=(_sentence(text, gate.seq),))


def _risk(story: Story) -> Chapter:
    """Return what risk said to the order that matters: the entry's, or the sale's where there is none."""
    judged = story.verdict_on(Leg.ENTRY) or story.verdicts[0]
    others = [each for each in story.verdicts if each is not judged]
    return Chapter(
        name="risk",
        title="Risk",
        sentences=(
            _sentence(_verdict(judged, story), judged.seq),
            *(_sentence(_verdict(each, story), each.seq) for each in others),
        ),
        details=tuple(
            Detail(
                f"{check.number:02d} {check.name}",
                f"{spaced(check.outcome.value)}"
                + (
                    f": {said}"
                    if (said := check_words(check).removeprefix("not applicable: "))
                    else ""
                ),
            )
            for check in judged.checks
        ),
    )


def _verdict(judged: Verdict, story: Story) -> str:
    symbol = story.case.decision.fact.symbol
    order = f"{judged.side.name} {shares(judged.quantity, symbol)} ({judged.leg.value})"
    signed = f", signed by {enumeration(list(judged.signed_by))}" if judged.signed_by else ""
    said = counted_checks(judged.checks)
    if judged.approved:
        return f"Approved {order}; {said}. Verdict {judged.verdict_id}{signed}."
    check = judged.denial
    because = f"check {check.number} ({check.name}) with " if check else ""
    return f"Denied {order} by {because}{judged.code}; {said}. Verdict {judged.verdict_id}{signed}."


def _order(story: Story) -> Chapter:
    decision = story.case.decision.fact
    wanted = story.entry or next(iter(story.sales), None)
    if wanted is not None:
        return Chapter(
            name="order",
            title="Order",
            sentences=(_sentence(_order_words(wanted, story), *wanted.rows),),
            details=_order_details(wanted),
        )
    acts = decision.action in {FinalAction.BUY, FinalAction.SELL}
    because = f": {no_order_words(story)}" if acts else f": {decision.action.value} sends none"
    text = f"No order was sent{because}."
    rows = [story.case.decision.seq, *([story.refused.seq] if story.refused else [])]
    return Chapter(name="order", title="Order", sentences=(_sentence(text, *rows),))


def _order_words(order: OrderTale, story: Story) -> str:
    symbol = story.case.decision.fact.symbol
    stop = (
        ""
        if order.protective_stop is None
        else f", to be stopped at {price(order.protective_stop)}"
    )
    asked = f"{wanted_words(order, symbol)}{stop}"
    because = f" ({order.last.reason})" if order.last.reason else ""
    match order.state:
        case OrderState.DENIED:
            return f"{asked}: denied here, never sent{because}."
        case OrderState.REJECTED:
            return f"{asked}: refused by the broker{because}."
        case OrderState.SUBMITTED | OrderState.SUBMIT_UNKNOWN:
            return f"{asked}: sent, and nobody knows yet whether the broker has it{because}."
        case OrderState.INITIALIZED:
            return f"{asked}: on record, not sent yet."
        case _:
            return f"{asked}: {filled_words(order)}; it is {_state_words(order.state)}{because}."


def _state_words(state: OrderState) -> str:
    return spaced(state.value.lower())


def _order_details(order: OrderTale) -> tuple[Detail, ...]:
    return (
        Detail("client order id", order.client_order_id),
        Detail("broker order id", order.broker_order_id or "none"),
        *(
            Detail(f"fill {fill.id}", f"{exact(fill.quantity)} at {price(fill.price)}")
            for fill in order.fills
        ),
        *(Detail(_state_words(step.state), moment(step.at)) for step in order.steps),
    )


def _protection(story: Story) -> Chapter:
    if not story.stops:
        rows = story.entry.rows if story.entry else ()
        text = "No protective stop stands in the journal: what was bought is not protected."
        return Chapter(name="protection", title="Protection", sentences=(_sentence(text, *rows),))
    symbol = story.case.decision.fact.symbol
    newest = story.stops[-1]
    return Chapter(
        name="protection",
        title="Protection",
        sentences=tuple(
            _sentence(f"{wanted_words(stop, symbol)}: {_stop_words(stop)}.", *stop.rows)
            for stop in story.stops
        ),
        details=(
            Detail("client order id", newest.client_order_id),
            Detail("broker order id", newest.broker_order_id or "none"),
        ),
    )


def _stop_words(stop: OrderTale) -> str:
    if stop.filled:
        return f"it was reached, {filled_words(stop)}"
    match stop.state:
        case OrderState.CANCELED:
            return "released, so that the shares could be sold otherwise"
        case OrderState.DENIED | OrderState.REJECTED:
            return f"refused ({stop.last.reason or 'no reason given'}), the shares were not protected by it"
        case _ if stop.is_over:
            return f"it ended {_state_words(stop.state)}"
        case _:
            return "it rests at the broker"


def _exit(story: Story) -> Chapter:
    symbol = story.case.decision.fact.symbol
    if story.ends:
        sentences = tuple(
            _sentence(
                f"Left by {LEG_WORDS[each.leg]}: {wanted_words(each, symbol)}, "
                f"{filled_words(each)}.",
                *each.rows,
            )
            for each in story.ends
        )
        return Chapter(name="exit", title="Exit", sentences=sentences)
    under_way = [each for each in story.sales if not each.is_over]
    rows = under_way[-1].rows if under_way else (story.entry.rows if story.entry else ())
    decision = story.case.decision.fact
    waits = (
        "" if decision.stop is None else f"the stop {price(decision.stop)}",
        "" if decision.target is None else f"the target {price(decision.target)}",
        "" if decision.horizon is None else f"the end of {count(decision.horizon, 'session')}",
        "a decision to sell",
    )
    text = (
        f"Being sold: {wanted_words(under_way[-1], symbol)}."
        if under_way
        else f"Not sold yet; it ends at {_alternatives([each for each in waits if each])}."
    )
    return Chapter(name="exit", title="Exit", sentences=(_sentence(text, *rows),))


def _alternatives(items: Sequence[str]) -> str:
    return " or ".join(part for part in (", ".join(items[:-1]), *items[-1:]) if part)


def _outcome(story: Story) -> Chapter:
    link = story.outcome
    if link is None:
        rows = story.entry.rows if story.entry else ()
        text = "Pending: the book was not marked since, so nothing is counted yet."
        return Chapter(name="outcome", title="Outcome", sentences=(_sentence(text, *rows),))
    amount = (
        link.pnl if link.pnl is None or link.status is OutcomeStatus.BREAKEVEN else abs(link.pnl)
    )
    result = "" if amount is None else f" of {dollars(amount)} after fees"
    refused = "its order was refused" if link.order_intent_id else "no order was sent"
    tail = {
        OutcomeStatus.PENDING: ": it is not closed, and counts nowhere",
        OutcomeStatus.CANCELLED: ": its order ended without a fill",
        OutcomeStatus.REJECTED: f": {refused}",
    }.get(link.status, result)
    return Chapter(
        name="outcome",
        title="Outcome",
        sentences=(_sentence(f"{link.status.value.capitalize()}{tail}.", story.outcome_seq),),
        details=(
            Detail("fills", enumeration(list(link.fill_ids))),
            Detail("seen in", count(len(link.position_snapshot_ids), "position snapshot")),
        )
        if link.fill_ids
        else (),
    )


def _audit(cycle: RecordedCycle, seq: int) -> Chapter:
    passed = "The auditor recomputed the cycle's checks and found nothing wrong."
    found = f"The auditor found {count(len(cycle.violations), 'violation')} and halted trading."
    return Chapter(
        name="audit",
        title="Audit",
        sentences=(_sentence(passed if cycle.audit_passed else found, seq),),
        details=tuple(
            Detail(f"violation {number}", text)
            for number, text in enumerate(cycle.violations, start=1)
        ),
    )


def _sentence(text: str, *rows: int) -> Sentence:
    return Sentence(text, tuple(f"journal:{row}" for row in rows))
