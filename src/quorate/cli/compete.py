"""`quorate compete`: profiles trade virtual books from equal capital over past sessions, one round each."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Annotated

import typer

from quorate.cli.compete_import import IMPORTED, import_, list_findings, show_arena
from quorate.cli.compete_view import competition_lines, line_row, line_tree
from quorate.cli.failures import ExitCode
from quorate.cli.invocation import OPERATOR, Invocation, invocation
from quorate.cli.listing import part, show_list
from quorate.cli.noun import noun
from quorate.cli.traders import app as traders_app
from quorate.cli.typed import parsed_day, parsed_list, parsed_names
from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import Symbol
from quorate.kernel.money import Usd

if TYPE_CHECKING:
    from quorate.arena.competition.contest import CompetitionRequest
    from quorate.arena.competition.record import Competition
    from quorate.cli.ports import App

PREFIX = "cmp_"
PAPER = "PAPER"
_NOTHING = "nothing was written"

Id = Annotated[str, typer.Argument(metavar="ID", help="The competition, or how its id begins.")]


def _list(context: typer.Context) -> ExitCode:
    call = invocation(context)
    return call.with_app(lambda app: _show_all(app, call))


app = noun("Profiles against each other on equal terms; the bare noun lists.", _list)


app.add_typer(traders_app, name="traders")
app.command("import")(import_)


@app.command("list")
def list_(context: typer.Context) -> ExitCode:
    """List the competitions, newest first."""
    return _list(context)


@app.command()
def start(  # noqa: PLR0913  (one parameter per option)
    context: typer.Context,
    name: Annotated[
        str,
        typer.Argument(metavar="NAME", help="A new one's name, or the id of one to go on with."),
    ],
    *,
    profiles: Annotated[
        str | None, typer.Option(help="Who takes part, as in trend,momentum; all that vote.")
    ] = None,
    traders: Annotated[
        str | None, typer.Option(help="Traders that take part, as in three-heads,cautious.")
    ] = None,
    symbols: Annotated[str | None, typer.Option(help="What they trade, as in AAPL,GOOG.")] = None,
    paper: Annotated[
        bool, typer.Option("--paper", help="Play sessions as they come, on the broker's bars.")
    ] = False,
    rounds: Annotated[
        int | None, typer.Option(help="How many sessions a paper one plays; 20.")
    ] = None,
    first: Annotated[
        str | None, typer.Option("--from", metavar="YYYY-MM-DD", help="The first session.")
    ] = None,
    last: Annotated[
        str | None, typer.Option("--to", metavar="YYYY-MM-DD", help="The last session.")
    ] = None,
    capital: Annotated[str, typer.Option(help="What every book starts with, in USD.")] = "100000",
    max_cost: Annotated[
        str | None, typer.Option(help="What all its model calls may cost together, in USD.")
    ] = None,
) -> ExitCode:
    """Create a competition and play it, or go on with one that was left."""
    call = invocation(context)
    if name.startswith(PREFIX):
        return call.with_app(lambda app: _play(app, call, name))
    who, when = (profiles, traders), (first, last, rounds if paper else None)
    if rounds is not None and not paper:
        raise RejectedError(
            "past sessions are counted by their dates",
            effect=_NOTHING,
            fix="name --from and --to, or --paper with --rounds",
        )
    wanted = _request(name, who, symbols, when, (capital, max_cost), paper=paper)
    return call.with_app(lambda app: _create_and_play(app, call, wanted))


@app.command()
def show(
    context: typer.Context,
    competition_id: Id,
    *,
    findings: Annotated[
        bool, typer.Option("--findings", help="List what is wrong with an imported one's logs.")
    ] = False,
) -> ExitCode:
    """Show a competition: terms, how far it is, scores; of an imported arena what its logs came to."""
    call = invocation(context)
    if findings:
        return call.with_app(lambda app: list_findings(app, call, competition_id))
    if competition_id.startswith(IMPORTED):
        return call.with_app(lambda app: show_arena(app, call, competition_id))
    return call.with_app(lambda app: _show(app, call, competition_id))


@app.command()
def stop(
    context: typer.Context,
    competition_id: Id,
    *,
    reason: Annotated[str, typer.Option(help="Why; kept in the journal.")] = "stopped by hand",
) -> ExitCode:
    """End a competition for good; its scores so far stay."""
    call = invocation(context)
    return call.with_app(lambda app: _stop(app, call, competition_id, reason))


async def _show_all(app: App, call: Invocation) -> ExitCode:
    lines = await app.competitions.lines()
    page = part(lines, lambda line: line.competition_id, limit=call.limit, cursor=call.cursor)
    show_list(
        call,
        read_at=app.clock.now(),
        rows=[line_row(line) for line in page.items],
        next_cursor=page.next_cursor,
        items=[line_tree(line) for line in page.items],
    )
    return ExitCode.DONE


async def _create_and_play(app: App, call: Invocation, wanted: CompetitionRequest) -> ExitCode:
    made = await app.competitions.create(wanted, OPERATOR)
    call.terminal.note(f"Competition {made.competition_id} created; its terms are frozen.")
    return await _play(app, call, made.competition_id)


async def _play(app: App, call: Invocation, competition_id: str) -> ExitCode:
    from quorate.cli.interrupts import Interrupts  # noqa: PLC0415  (slow; help must not wait)
    from quorate.cli.progress import counted  # noqa: PLC0415

    found = (await app.competitions.show(competition_id)).competition
    left = found.terms.length - len(found.rounds)
    what = f"{found.terms.name}: rounds"
    if found.terms.mode == PAPER:
        call.terminal.note(
            "Each round waits for its session to end. Ctrl-C leaves it; no order reaches the broker."
        )
    with Interrupts(call.terminal) as interrupts, counted(call.terminal, what, left) as advance:
        played = await app.competitions.play(
            competition_id,
            on_round=lambda _competition: advance(),
            is_enough=lambda: interrupts.asked,
        )
    _reply(call, played, playing=False)
    return ExitCode.INTERRUPTED if interrupts.asked else ExitCode.DONE


async def _show(app: App, call: Invocation, competition_id: str) -> ExitCode:
    found = await app.competitions.show(competition_id)
    _reply(call, found.competition, playing=found.playing)
    return ExitCode.DONE


async def _stop(app: App, call: Invocation, competition_id: str, reason: str) -> ExitCode:
    change = await app.competitions.stop(competition_id, reason)
    stopped = change.competition
    tree = {
        "target": stopped.competition_id,
        "applied": change.applied,
        "dryRun": False,
        "status": stopped.status.value,
        "rounds": len(stopped.rounds),
    }
    already = "" if change.applied else "already "
    said = f"{stopped.competition_id} is {already}stopped after {len(stopped.rounds)} rounds."
    call.terminal.reply(tree, [said])
    return ExitCode.DONE


def _request(
    name: str,
    who: tuple[str | None, str | None],
    symbols: str | None,
    when: tuple[str | None, str | None, int | None],
    money: tuple[str, str | None],
    *,
    paper: bool,
) -> CompetitionRequest:
    from quorate.arena.competition.contest import CompetitionRequest  # noqa: PLC0415  (slow)
    from quorate.arena.competition.trader import TraderName  # noqa: PLC0415
    from quorate.portfolio.book import BookMode  # noqa: PLC0415

    if not symbols:
        raise RejectedError(
            "no symbol was named",
            effect=_NOTHING,
            fix=f"quorate compete start {name!r} --symbols AAPL,GOOG --from 2012-01-03 --to 2012-12-31",
        )
    (profiles, traders), (first, last, rounds) = who, when
    capital, max_cost = money
    return CompetitionRequest(
        name=name,
        symbols=tuple(Symbol(each) for each in parsed_list(symbols)),
        profiles=None if profiles is None else parsed_names(profiles),
        traders=tuple(map(TraderName, parsed_names(traders or ""))),
        mode=BookMode.PAPER if paper else BookMode.REPLAY,
        rounds=rounds,
        first=None if first is None else parsed_day(first, "--from"),
        last=None if last is None else parsed_day(last, "--to"),
        capital=_usd(capital, "--capital 100000"),
        max_cost=None if max_cost is None else _usd(max_cost, "--max-cost 2"),
    )


def _usd(text: str, example: str) -> Usd:
    try:
        amount = Decimal(text.removeprefix("$"))
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite():
        raise RejectedError(
            f"{text!r} is no amount of US dollars", effect=_NOTHING, fix=f"write it as in {example}"
        )
    return Usd(amount)


def _reply(call: Invocation, competition: Competition, *, playing: bool) -> None:
    from quorate.arena.competition.shown import competition_json  # noqa: PLC0415  (slow)

    tree = competition_json(competition, playing=playing)
    call.terminal.reply(tree, competition_lines(tree))
