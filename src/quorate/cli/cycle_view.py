"""A cycle and its schedule, as people and programs read them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from quorate.kernel.errors import InvariantBrokenError
from quorate.kernel.stamps import stamp
from quorate.kernel.step_message import StepName

if TYPE_CHECKING:
    from quorate.arena.record.facts import Facts
    from quorate.cli.cycle_ports import CycleStatus
    from quorate.cycle.record import RecordedCycle

DONE: Final = "ok"
FAILED: Final = "failed"


def cycle_tree(cycle: RecordedCycle) -> dict[str, object]:
    """Return a cycle for programs. Source: UI 2 (`cycle once`)."""
    facts = cycle.facts
    return {
        "cycleId": facts.cycle_id,
        "book": facts.book,
        "number": facts.number,
        "session": None if facts.session is None else facts.session.isoformat(),
        "state": cycle.stage.value,
        "failed": cycle.failed,
        "auditPassed": cycle.audit_passed,
        "violations": list(cycle.violations),
        "trace": cycle.trace,
    }


def cycle_lines(cycle: RecordedCycle) -> Iterator[str]:
    """Yield a cycle for people: every step with what came of it."""
    facts = cycle.facts
    day = f"   session {facts.session}" if facts.session else ""
    yield f"cycle {facts.cycle_id}   book {facts.book}   number {facts.number}{day}"
    width = max(len(name) for name in StepName)
    for message in cycle.messages:
        mark = DONE if message.success else FAILED
        said = message.error if message.error is not None else _said(cycle, message.agent)
        yield f"  {message.agent:<{width}}  {mark:<6}  {said}"
    for violation in cycle.violations:
        yield f"  ! {violation}"
    yield f"Look further: quorate orders, quorate positions, quorate explain DECISION_ID (book {facts.book})"


def preview_tree(cycle: RecordedCycle) -> dict[str, object]:
    """Return what a cycle would order, for programs: `orders` would be sent, `refused` would not."""
    facts, told = cycle.facts, cycle.told(StepName.RISK_MANAGEMENT)
    orders = told.items("orders")
    return {
        "dryRun": True,
        "applied": False,
        "book": facts.book,
        "session": None if facts.session is None else facts.session.isoformat(),
        "runId": _run_id(cycle),
        "paused": told.optional("paused", str),
        "orders": [each.tree for each in orders if each.flag("approved")],
        "refused": [each.tree for each in orders if not each.flag("approved")],
    }


def preview_lines(cycle: RecordedCycle) -> Iterator[str]:
    """Yield what a cycle would order, for people."""
    facts, told = cycle.facts, cycle.told(StepName.RISK_MANAGEMENT)
    orders = told.items("orders")
    day = f" at the close of {facts.session}" if facts.session else ""
    yield f"A cycle of book {facts.book}{day} would send:"
    wanted = [each for each in orders if each.flag("approved")]
    yield from (f"  {_order(each)}" for each in wanted)
    if not wanted:
        yield "  nothing"
    if refused := [each for each in orders if not each.flag("approved")]:
        yield "It would refuse:"
        yield from (
            f"  {each.text('leg')} of {each.text('symbol')}, {each.text('code')}: {each.text('detail')}"
            for each in refused
        )
    yield f"Nothing was sent. Its run: {_run_id(cycle)}"


def _run_id(cycle: RecordedCycle) -> str:
    analysis = cycle.told(StepName.MARKET_ANALYSIS).part("analysis")
    return "" if analysis is None else analysis.text("runId")


def _order(told: Facts) -> str:
    request = told.part("request")
    side = "" if request is None else request.text("side").upper()
    stop, target = told.optional("protectiveStop", str), told.optional("target", str)
    exits = [f"stop {stop}" if stop else "", f"target {target}" if target else ""]
    price = told.optional("price", str)
    return ", ".join(
        part
        for part in (
            f"{side} {told.text('quantity')} {told.text('symbol')} ({told.text('leg')})",
            f"valued at {price}" if price else "",
            *exits,
        )
        if part
    )


def status_tree(told: CycleStatus) -> dict[str, object]:
    """Return where a book's cycles stand, for programs. Source: UI 2 (`cycle status`)."""
    start = told.schedule.next_start_at
    return {
        "book": told.book,
        "mode": told.mode.value,
        "state": told.stage.stage.value,
        "cycleId": told.stage.cycle_id,
        "number": told.stage.number,
        "skipped": told.stage.skipped,
        "failuresInARow": told.stage.failures,
        "scheduler": told.schedule.state.value,
        "everySeconds": told.schedule.every_s or None,
        "nextStartAt": None if start is None else stamp(start),
    }


def status_lines(told: Mapping[str, object]) -> Iterator[str]:
    """Yield where a book's cycles stand, for people."""
    count = f"{told['number']} cycle{'' if told['number'] == 1 else 's'} so far"
    yield f"book {told['book']} ({told['mode']})   {told['state']}   {count}"
    if told["cycleId"]:
        yield f"  last cycle     {told['cycleId']}"
    yield f"  skipped starts {told['skipped']}"
    if told["failuresInARow"]:
        yield f"  failed in a row {told['failuresInARow']} (three halt the book)"
    if told["nextStartAt"] is None:
        yield "  no cycle starts by itself: quorate cycle start --every 15m"
    else:
        yield f"  next start     {told['nextStartAt']}, every {told['everySeconds']:g} s while `quorate up` serves"


def _said(cycle: RecordedCycle, step: StepName) -> str:
    """Return the one thing that a person wants to know of a step; what it forgot is for the auditor to judge."""
    try:
        return _SAID[step](cycle.told(step))
    except InvariantBrokenError as error:
        return f"said what cannot be read: {error.cause}"


def _fetched(told: Facts) -> str:
    return f"{' '.join(_keys(told, 'symbols'))} at the close of {told.text('asOf')}"


def _marked(told: Facts) -> str:
    stops, gap = len(told.items("protected")), told.text("gap")
    return f"equity {told.text('equity')} USD, {stops} stops rest, books differ by {gap}"


def _audited(told: Facts) -> str:
    return "every check holds" if told.flag("audit_passed") else "VIOLATIONS"


def _decisions(told: Facts) -> str:
    analysis = told.part("analysis")
    made = () if analysis is None else analysis.items("decisions")
    words = [f"{each.text('symbol')} {each.text('finalAction')}" for each in made]
    fallen = ", a fall of more than 5 %" if told.flag("downtrend_detected") else ""
    return f"{', '.join(words)}{fallen}"


def _gate(told: Facts) -> str:
    results = told.part("backtest_results")
    tested: Mapping[str, object] = {} if results is None else results.tree
    if results is None or not tested:
        return "nothing to test: no BUY"
    words = []
    for symbol in tested:
        one = results.part(symbol)
        passed = one is not None and one.flag("passed")
        words.append(f"{symbol} {'passes' if passed else 'does not pass'}")
    return ", ".join(words)


def _judged(told: Facts) -> str:
    orders = told.items("orders")
    if not orders:
        return "nothing to judge"
    words = [
        f"{each.text('leg')} {each.text('symbol')} "
        + ("approved" if each.flag("approved") else f"refused ({each.text('code')})")
        for each in orders
    ]
    return ", ".join(words)


def _executed(told: Facts) -> str:
    orders = told.items("orders")
    words = [
        f"{each.text('side')} {each.text('quantity')} {each.text('symbol')} {each.text('state')}"
        for each in orders
    ]
    words += [f"{each.text('symbol')} not placed" for each in told.items("refused")]
    return ", ".join(words) or "nothing placed"


def _keys(told: Facts, key: str) -> list[str]:
    part = told.part(key)
    return [] if part is None else list(part.tree)


_SAID: Final[Mapping[StepName, Callable[[Facts], str]]] = {
    StepName.DATA_FETCHING: _fetched,
    StepName.MARKET_ANALYSIS: _decisions,
    StepName.BACKTESTING: _gate,
    StepName.RISK_MANAGEMENT: _judged,
    StepName.EXECUTION: _executed,
    StepName.MONITORING: _marked,
    StepName.AUDITOR: _audited,
}
