"""`quorate tasks`: every unit of work, where it stands and why; try one again, stop one, have an act on orders done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from quorate.cli.failures import ExitCode, usage_error
from quorate.cli.invocation import Invocation, invocation
from quorate.cli.listing import show_list
from quorate.cli.noun import noun
from quorate.kernel.errors import RejectedError

if TYPE_CHECKING:
    from enum import StrEnum

    from quorate.arbiter.record import TaskFilter
    from quorate.cli.ports import App

    Word = TypeVar("Word", bound=StrEnum)

COLUMNS = ("taskId", "type", "subject", "state", "worker", "attempts", "failureSource", "changedAt")
ACT_COLUMNS = ("taskId", "act", "book", "state", "attempts", "code", "notBefore")
LIST = "quorate tasks list"

TaskIdText = Annotated[
    str, typer.Argument(metavar="TASK", help="A task's id, or the beginning of one.")
]
BookOption = Annotated[str | None, typer.Option(help="Only tasks of this book.")]


def _list(context: typer.Context) -> ExitCode:
    return list_(context)


app = noun("Tasks, all units of work; the bare noun lists them, newest first.", _list)


@app.command("list")
def list_(
    context: typer.Context,
    *,
    type_: Annotated[
        str | None,
        typer.Option(
            "--type",
            metavar="TYPE",
            help="arena_run, trading_analysis, trading_signal, backtest or order.",
        ),
    ] = None,
    state: Annotated[
        str | None, typer.Option(metavar="STATE", help="A state, as in ROUTING or FAILED.")
    ] = None,
    worker: Annotated[str | None, typer.Option(help="Only tasks of this worker.")] = None,
    book: BookOption = None,
    stuck: Annotated[
        bool, typer.Option("--stuck", help="Only those that stood in one state for 5 minutes.")
    ] = False,
) -> ExitCode:
    """List the tasks, newest first."""
    call = invocation(context)
    return call.with_app(
        lambda app: _show_list(app, call, (type_, state), (worker, book), stuck=stuck)
    )


@app.command()
def show(context: typer.Context, task: TaskIdText) -> ExitCode:
    """Show one task: each state, when and for how long, who holds it, its parts, what came of it."""
    call = invocation(context)
    return call.with_app(lambda app: _show(app, call, task))


@app.command()
def add(
    context: typer.Context,
    kind: Annotated[
        str,
        typer.Argument(
            metavar="ACT", help="order-cancel, position-close, order-sync, kill-switch."
        ),
    ],
    about: Annotated[
        str | None,
        typer.Argument(metavar="ORDER|SYMBOL|SCOPE", help="What it is about; a sync is of all."),
    ] = None,
    *,
    book: Annotated[str | None, typer.Option(help="The book; the current one unless told.")] = None,
    reason: Annotated[str | None, typer.Option(help="Why, of a kill-switch.")] = None,
) -> ExitCode:
    """Have an act on orders done as soon as the broker lets it, and tried again while that may help."""
    call = invocation(context)
    return call.with_app(lambda app: _add(app, call, kind, about, (book, reason)))


@app.command()
def retry(context: typer.Context, task: TaskIdText) -> ExitCode:
    """Try a task again that ended without its result: a new task that names it."""
    call = invocation(context)
    return call.with_app(lambda app: _retry(app, call, task))


@app.command()
def cancel(
    context: typer.Context,
    task: TaskIdText,
    *,
    reason: Annotated[str, typer.Option(help="Why, for the journal.")] = "",
) -> ExitCode:
    """Stop a task, with its parts; what was bought until then is paid."""
    call = invocation(context)
    return call.with_app(lambda app: _cancel(app, call, task, reason))


@app.command()
def run(context: typer.Context) -> ExitCode:
    """Do the acts on orders that are due now, and end; 3 = something was given up."""
    call = invocation(context)
    return call.with_app(lambda app: _run(app, call))


async def _show_list(
    app: App,
    call: Invocation,
    kind: tuple[str | None, str | None],
    whose: tuple[str | None, str | None],
    *,
    stuck: bool,
) -> ExitCode:
    wanted = _filter(kind, whose, stuck=stuck)
    found = await app.tasks.lines(wanted, call.limit + 1, _place(call.cursor))
    shown = found[: call.limit]
    show_list(
        call,
        read_at=app.clock.now(),
        rows=[line.as_json() for line in shown],
        next_cursor=str(shown[-1].seq) if len(found) > call.limit else None,
        columns=COLUMNS,
        empty="No tasks.",
    )
    return ExitCode.DONE


async def _show(app: App, call: Invocation, task: str) -> ExitCode:
    from quorate.cli.task_view import task_lines  # noqa: PLC0415  (slow; help must not wait)

    tree = (await app.tasks.show(task)).as_json()
    call.terminal.reply(tree, task_lines(tree))
    return ExitCode.DONE


async def _add(
    app: App, call: Invocation, kind: str, about: str | None, told: tuple[str | None, str | None]
) -> ExitCode:
    from quorate.cli.act_wish import wished  # noqa: PLC0415  (slow; help must not wait)
    from quorate.kernel.ids import BookName  # noqa: PLC0415

    book, reason = told
    wish = wished(kind, about, reason, app.clock.now())
    name = BookName(book) if book else None
    enqueued = await app.order_desk.enqueue(wish.type, name, wish.key, wish.payload)
    tree = {"target": enqueued.item.task_id, "applied": enqueued.added, "dryRun": False}
    said = "queued" if enqueued.added else "was queued before"
    call.terminal.reply({**tree, **enqueued.item.as_json()}, [f"{enqueued.item.task_id} {said}."])
    return ExitCode.DONE


async def _retry(app: App, call: Invocation, task: str) -> ExitCode:
    change = await app.tasks.retry(task)
    line = change.line
    tree = {"target": change.target, "applied": change.applied, "dryRun": False, **line.as_json()}
    call.terminal.reply(tree, [f"{change.target} is tried again as {line.task_id}."])
    return ExitCode.DONE


async def _cancel(app: App, call: Invocation, task: str, reason: str) -> ExitCode:
    change = await app.tasks.cancel(task, reason)
    tree = {
        "target": change.target,
        "applied": change.applied,
        "dryRun": False,
        **change.line.as_json(),
    }
    said = "is cancelled" if change.applied else "was cancelled before"
    call.terminal.reply(tree, [f"{change.target} {said}."])
    return ExitCode.DONE


async def _run(app: App, call: Invocation) -> ExitCode:
    done = await app.order_desk.run_due()
    show_list(
        call,
        read_at=app.clock.now(),
        rows=[item.as_json() for item in done],
        next_cursor=None,
        columns=ACT_COLUMNS,
        empty="Nothing was due.",
    )
    given_up = any(item.is_over and item.task.state.value != "COMPLETED" for item in done)
    return ExitCode.PROBLEMS_FOUND if given_up else ExitCode.DONE


def _filter(
    kind: tuple[str | None, str | None], whose: tuple[str | None, str | None], *, stuck: bool
) -> TaskFilter:
    from quorate.arbiter.record import TaskFilter  # noqa: PLC0415  (slow; help must not wait)
    from quorate.arbiter.task import TaskState, TaskType  # noqa: PLC0415
    from quorate.kernel.ids import BookName  # noqa: PLC0415

    type_, state = kind
    worker, book = whose
    return TaskFilter(
        type=_word(type_ and type_.lower(), TaskType, "type"),
        state=_word(state and state.upper(), TaskState, "state"),
        worker=worker,
        book=BookName(book) if book else None,
        stuck=stuck,
    )


def _word(text: str | None, words: type[Word], what: str) -> Word | None:
    if text is None:
        return None
    try:
        return words(text)
    except ValueError:
        raise usage_error(f"there is no {what} '{text}'", LIST) from None


def _place(cursor: str | None) -> int | None:
    if cursor is None:
        return None
    if not (cursor.isascii() and cursor.isdigit()):
        raise RejectedError(
            f"the cursor {cursor!r} belongs to no list",
            effect="nothing was listed",
            fix="take nextCursor of the page before, or leave --cursor out",
            slug="invalid-cursor",
        )
    return int(cursor)
