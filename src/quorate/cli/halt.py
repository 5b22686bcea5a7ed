"""`quorate halt` and `quorate resume`: trading stops at a word, and goes on when a person says so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Final

import typer

from quorate.cli.failures import ExitCode
from quorate.cli.invocation import OPERATOR, Invocation, invocation
from quorate.kernel.errors import RejectedError, UnavailableError

if TYPE_CHECKING:
    from quorate.bootstrap.safety import DrillReport, HaltOutcome
    from quorate.cli.ports import App
    from quorate.execution.halting import BookHalt, HaltScope, TradingLine
    from quorate.kernel.ids import BookName

STORAGE: Final = "storage-"
"""How the slugs of a database begin that gives no answer, or has no room."""

PATIENCE_S: Final = 120.0
"""How long a terminal waits for the broker to confirm cancels; Ctrl C leaves earlier, the halt stands."""

Reason = Annotated[str, typer.Option(help="Why; it is kept in the journal with your name.")]
Scope = Annotated[
    str,
    typer.Option(
        help="new: stop new orders. cancel: and cancel open entries. flatten: and sell what is held."
    ),
]
Book = Annotated[str | None, typer.Option(help="Only this book; else every book that trades now.")]
Drill = Annotated[
    bool, typer.Option("--drill", help="Prove the way on a book of its own; nothing real changes.")
]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(halt)
    app.command()(resume)


def halt(
    context: typer.Context,
    *,
    scope: Scope = "new",
    reason: Reason = "",
    book: Book = None,
    drill: Drill = False,
) -> ExitCode:
    """Stop trading at once, in every process, until a person resumes it."""
    call = invocation(context)
    if drill:
        return call.with_app(lambda app: _drill(app, call))
    wanted = _scope(scope)
    try:
        return call.with_app(lambda app: _halt(app, call, wanted, reason, book))
    except UnavailableError as error:
        if not error.slug.startswith(STORAGE):
            raise
        return _without_database(call, reason, error)


def resume(context: typer.Context, *, reason: Reason = "", book: Book = None) -> ExitCode:
    """Let trading go on after a halt, once you looked why it stopped."""
    call = invocation(context)
    return call.with_app(lambda app: _resume(app, call, reason, book))


async def _halt(
    app: App, call: Invocation, scope: HaltScope, reason: str, book: str | None
) -> ExitCode:
    from quorate.bootstrap.safety import HaltWish  # noqa: PLC0415  (slow; help must not wait)

    wish = HaltWish(
        scope=scope, reason=reason, by=OPERATOR, book=_book(book), patience_s=PATIENCE_S
    )

    def say(halted: Sequence[TradingLine]) -> None:
        if scope.value != "new":
            names = ", ".join(each.called for each in halted)
            call.terminal.note(f"{names}: halted; waiting for the broker. Ctrl C waits no longer.")

    outcome = await app.safety.halt(wish, say)
    call.terminal.reply(halt_tree(outcome), _halt_lines(outcome))
    if wish.book is None:
        call.terminal.note(
            "The whole home is halted: books that are opened later too, until `quorate resume`."
        )
    if outcome.complete:
        return ExitCode.DONE
    call.terminal.complain(
        "error: not everything is confirmed by the broker. New orders are refused all the same. "
        f"Fix: quorate halt --scope {scope} again, or look at the broker's own page"
    )
    return ExitCode.UNREACHABLE


def _without_database(call: Invocation, reason: str, error: UnavailableError) -> ExitCode:
    """Halt although the database gives no answer: no order leaves without it, and open buys are cancelled."""
    import asyncio  # noqa: PLC0415  (slow; help must not wait)

    call.terminal.complain(f"{error.cause}. No order can be sent without it; cancelling open buys.")
    done = asyncio.run(call.compose().emergency_halt(call.settings(), reason, OPERATOR))
    tree = {
        "target": "every book",
        "applied": True,
        "dryRun": False,
        "state": "HALTED",
        "complete": not done.left,
        "emergency": True,
        "latch": str(done.latch),
        "cancelled": list(done.cancelled),
        "unconfirmed": [{"name": each.name, "cause": each.cause} for each in done.left],
    }
    said = (
        f"Trading is halted as long as the database is away; {done.latch} halts it when it is back. "
        f"Buys cancelled: {len(done.cancelled)}."
    )
    call.terminal.reply(tree, [said])
    for each in done.left:
        call.terminal.complain(f"error: not confirmed: {each.name} ({each.cause})")
    return ExitCode.UNREACHABLE if done.left else ExitCode.DONE


async def _resume(app: App, call: Invocation, reason: str, book: str | None) -> ExitCode:
    done = await app.safety.resume(reason, OPERATOR, _book(book))
    tree = {
        "target": done.target,
        "applied": done.applied,
        "dryRun": False,
        "state": done.state.value,
        "books": [{"book": each.book, "state": each.state.value} for each in done.books],
    }
    resumed = [each.called for each in done.books if each.book in done.resumed]
    said = [f"Trading resumed on {', '.join(resumed)}." if resumed else "Trading was not stopped."]
    call.terminal.reply(tree, said)
    return ExitCode.DONE


async def _drill(app: App, call: Invocation) -> ExitCode:
    report = await app.safety.drill(OPERATOR)
    call.terminal.reply(drill_tree(report), _drill_lines(report))
    return ExitCode.DONE if report.passed else ExitCode.PROBLEMS_FOUND


def halt_tree(outcome: HaltOutcome) -> dict[str, object]:
    """Return what `--json` prints of a halt; the same names as the API's."""
    return {
        "target": outcome.target,
        "applied": outcome.applied,
        "dryRun": False,
        "state": outcome.state.value,
        "complete": outcome.complete,
        "books": [book_tree(each) for each in outcome.books],
    }


def book_tree(done: BookHalt) -> dict[str, object]:
    """Return what became of one book."""
    report = done.report
    left = () if report is None else (*report.unconfirmed, *report.held, *report.unprotected)
    return {
        "book": done.halt.book,
        "haltId": done.halt.id,
        "scope": done.halt.scope.value,
        "state": done.standing.state.value,
        "applied": done.applied,
        "reason": done.halt.reason,
        "finished": report is not None,
        "cancelled": [] if report is None else list(report.cancelled),
        "overtaken": [] if report is None else list(report.overtaken),
        "closing": [] if report is None else list(report.closing),
        "unconfirmed": [{"name": each.name, "cause": each.cause} for each in left],
        "sentMs": None if report is None else report.sent_ms,
        "openEntries": done.reach.entries,
        "positions": list(done.reach.positions),
    }


def drill_tree(report: DrillReport) -> dict[str, object]:
    """Return what `--json` prints of a drill."""
    return {
        "target": report.book,
        "applied": True,
        "dryRun": True,
        "passed": report.passed,
        "steps": [step.as_json() for step in report.steps],
    }


def _halt_lines(outcome: HaltOutcome) -> Iterator[str]:
    for done in outcome.books:
        since = f" from {done.standing.since[11:19]} UTC" if done.standing.since else ""
        already = "" if done.applied else "already "
        yield (
            f"Trading {already}halted on {done.standing.called}. New orders refused{since}. "
            f"{done.words}"
        )


def _drill_lines(report: DrillReport) -> Iterator[str]:
    width = max(len(step.name) for step in report.steps)
    for step in report.steps:
        took = f"  {step.ms} ms" if step.ms is not None else ""
        yield f"{'ok ' if step.ok else 'BAD'} {step.name:<{width}}  {step.detail}{took}"
    yield (
        f"The kill switch works. The drill was on {report.book}; nothing real changed."
        if report.passed
        else f"The kill switch does not work as it should: see the journal, book {report.book}."
    )


def _scope(text: str) -> HaltScope:
    from quorate.execution.halting import HaltScope  # noqa: PLC0415  (slow; help must not wait)

    if text not in set(HaltScope):
        raise RejectedError(
            f"there is no scope '{text}'",
            effect="nothing was halted",
            fix=f"choose from {', '.join(HaltScope)}",
        )
    return HaltScope(text)


def _book(name: str | None) -> BookName | None:
    from quorate.kernel.ids import BookName  # noqa: PLC0415  (a type, at run time)

    return None if name is None else BookName(name)
