"""`quorate work`: acts on orders that wait to be done, and those that were given up."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from quorate.cli.failures import ExitCode, usage_error
from quorate.cli.invocation import Invocation, invocation
from quorate.cli.listing import Row, show_list
from quorate.cli.noun import noun
from quorate.kernel.errors import RejectedError

if TYPE_CHECKING:
    from quorate.cli.ports import App
    from quorate.execution.work_queue import WorkItem, WorkState

COLUMNS = ("workId", "type", "book", "state", "attempts", "code", "dueAt")

WorkIdText = Annotated[str, typer.Argument(metavar="ID", help="An item's id, as listed.")]
StateOption = Annotated[
    str | None,
    typer.Option(metavar="STATE", help="PENDING, RUNNING, SUCCEEDED, FAILED or DEAD_LETTER."),
]


def _list(context: typer.Context) -> ExitCode:
    return _shown(invocation(context), None)


app = noun("Acts on orders that wait to be done; the bare noun lists them, newest first.", _list)


@app.command("list")
def list_(context: typer.Context, *, state: StateOption = None) -> ExitCode:
    """List the items of the queue, newest first."""
    return _shown(invocation(context), state)


@app.command()
def show(context: typer.Context, work_id: WorkIdText) -> ExitCode:
    """Show one item: what it is about, how often it was tried, why it failed, what came of it."""
    call = invocation(context)
    return call.with_app(lambda app: _show(app, call, work_id))


@app.command()
def add(
    context: typer.Context,
    kind: Annotated[
        str,
        typer.Argument(
            metavar="TYPE", help="order-cancel, position-close, order-sync, kill-switch."
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
    """Queue an act that is done as soon as the broker lets it, and tried again while that may help."""
    call = invocation(context)
    return call.with_app(lambda app: _add(app, call, kind, about, (book, reason)))


@app.command()
def retry(context: typer.Context, work_id: WorkIdText) -> ExitCode:
    """Have a dead letter tried again, with all its attempts."""
    call = invocation(context)
    return call.with_app(lambda app: _retry(app, call, work_id))


@app.command()
def run(context: typer.Context) -> ExitCode:
    """Do what is due now, and end; 3 = something was given up."""
    call = invocation(context)
    return call.with_app(lambda app: _run(app, call))


def _shown(call: Invocation, state: str | None) -> ExitCode:
    return call.with_app(lambda app: _show_list(app, call, state))


async def _show_list(app: App, call: Invocation, state: str | None) -> ExitCode:
    found = await app.work.listing(call.limit + 1, _place(call.cursor), _state(state))
    shown = found[: call.limit]
    show_list(
        call,
        read_at=app.clock.now(),
        rows=[item.as_json() for _, item in shown],
        next_cursor=str(shown[-1][0]) if len(found) > call.limit else None,
        columns=COLUMNS,
        empty="The queue is empty.",
    )
    return ExitCode.DONE


async def _show(app: App, call: Invocation, work_id: str) -> ExitCode:
    item = await app.work.item(work_id)
    call.terminal.reply(item.as_json(), item_lines(item))
    return ExitCode.DONE


async def _add(
    app: App, call: Invocation, kind: str, about: str | None, told: tuple[str | None, str | None]
) -> ExitCode:
    from quorate.cli.work_wish import wished  # noqa: PLC0415  (slow; help must not wait)
    from quorate.kernel.ids import BookName  # noqa: PLC0415

    book, reason = told
    wish = wished(kind, about, reason, app.clock.now())
    name = BookName(book) if book else None
    enqueued = await app.work.enqueue(wish.type, name, wish.key, wish.payload)
    tree = {"target": enqueued.item.work_id, "applied": enqueued.added, "dryRun": False}
    said = "queued" if enqueued.added else "was queued before"
    call.terminal.reply({**tree, **enqueued.item.as_json()}, [f"{enqueued.item.work_id} {said}."])
    return ExitCode.DONE


async def _retry(app: App, call: Invocation, work_id: str) -> ExitCode:
    item = await app.work.revive(work_id)
    tree = {"target": work_id, "applied": True, "dryRun": False, **item.as_json()}
    call.terminal.reply(tree, [f"{work_id} is tried again."])
    return ExitCode.DONE


async def _run(app: App, call: Invocation) -> ExitCode:
    done = await app.work.run_due()
    rows = [item.as_json() for item in done]
    show_list(
        call,
        read_at=app.clock.now(),
        rows=rows,
        next_cursor=None,
        columns=COLUMNS,
        empty="Nothing was due.",
    )
    given_up = any(item.state.value == "DEAD_LETTER" for item in done)
    return ExitCode.PROBLEMS_FOUND if given_up else ExitCode.DONE


def item_lines(item: WorkItem) -> Iterator[str]:
    """Yield an item as a person reads it."""
    tree: Row = item.as_json()
    yield f"{item.work_id}   {item.order.type} on book {item.order.book}   {item.state}"
    yield f"  about     {item.order.key}"
    yield f"  attempts  {item.attempts}"
    if item.code:
        yield f"  {'waits' if item.code == 'WAITING' else 'failed'}     {item.code}: {item.reason}"
    if not item.is_over:
        yield f"  due       {tree['dueAt']}"
    for name, value in item.result.items():
        yield f"  {name}  {value}"


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


def _state(text: str | None) -> WorkState | None:
    from quorate.execution.work_queue import WorkState  # noqa: PLC0415  (slow; help must not wait)

    if text is None:
        return None
    try:
        return WorkState(text.upper())
    except ValueError:
        raise usage_error(f"there is no state '{text}'", "quorate work list") from None
