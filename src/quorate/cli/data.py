"""`quorate data`: the stored bars, and how to add one's own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from quorate.cli.failures import ExitCode
from quorate.cli.invocation import Invocation, invocation
from quorate.cli.listing import Row, part, show_list
from quorate.cli.noun import noun
from quorate.kernel.ids import Symbol

if TYPE_CHECKING:
    from quorate.cli.ports import App, ImportSummary
    from quorate.market.series import SeriesSummary

COLUMNS = ("symbol", "bars", "first", "last", "actions", "source", "quarantine")


def _list(context: typer.Context) -> ExitCode:
    call = invocation(context)
    return call.with_app(lambda app: _show_series(app, call))


app = noun("Stored bars; the bare noun lists them.", _list)


@app.command("list")
def list_(
    context: typer.Context,
    *,
    news: Annotated[
        bool, typer.Option("--news", help="List the news instead of the bars.")
    ] = False,
) -> ExitCode:
    """List the symbols with their first and last session, or the stored news, newest first."""
    if not news:
        return _list(context)
    from quorate.cli.news import show_news  # noqa: PLC0415  (help must not wait)

    call = invocation(context)
    return call.with_app(lambda app: show_news(app, call))


@app.command("import")
def import_(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Daily bars as CSV, plain or .gz.")],
    symbol: Annotated[
        str | None, typer.Option(help="Whose bars they are, if the file does not say.")
    ] = None,
) -> ExitCode:
    """Store the daily bars of a CSV file; what cannot be trusted is quarantined, not mended."""
    call = invocation(context)
    wanted = Symbol(symbol) if symbol is not None else None
    return call.with_app(lambda app: _import(app, call, file, wanted))


@app.command("import-news")
def import_news(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="Dated news as JSON lines or CSV, plain or .gz.")
    ],
) -> ExitCode:
    """Store the news of a file; what has no time, no offset or no headline is refused and counted."""
    from quorate.cli.news import store_news  # noqa: PLC0415  (help must not wait)

    call = invocation(context)
    return call.with_app(lambda app: store_news(app, call, file))


@app.command()
def usage(context: typer.Context) -> ExitCode:
    """List how often outside services were asked by day, and how often what was kept stood in."""
    call = invocation(context)
    return call.with_app(lambda app: _show_usage(app, call))


async def _show_usage(app: App, call: Invocation) -> ExitCode:
    lines = await app.service_usage(call.limit)
    rows = [
        {
            "day": line.day,
            "service": line.service,
            **line.usage.as_json(),
            "countedAt": line.counted_at,
        }
        for line in lines
    ]
    show_list(
        call,
        read_at=app.clock.now(),
        rows=rows,
        next_cursor=None,
        empty="No outside service was asked yet.",
    )
    return ExitCode.DONE


async def _show_series(app: App, call: Invocation) -> ExitCode:
    series = sorted(await app.series_listing(), key=lambda one: one.symbol)
    page = part(series, lambda one: one.symbol, limit=call.limit, cursor=call.cursor)
    show_list(
        call,
        read_at=app.clock.now(),
        rows=[_row(one) for one in page.items],
        next_cursor=page.next_cursor,
        columns=COLUMNS,
    )
    return ExitCode.DONE


def _row(series: SeriesSummary) -> Row:
    return {
        "symbol": series.symbol,
        "source": series.source,
        "bars": series.bars,
        "first": series.first.isoformat() if series.first else None,
        "last": series.last.isoformat() if series.last else None,
        "actions": series.actions,
        "quarantine": series.quarantine.code if series.quarantine else None,
        "digest": series.digest,
    }


async def _import(app: App, call: Invocation, file: Path, symbol: Symbol | None) -> ExitCode:
    summary = await app.import_bars(file, symbol)
    call.terminal.reply(_import_tree(file, summary), _import_lines(file, summary))
    for quarantined in summary.quarantined:
        call.terminal.complain(
            f"warning: {quarantined.symbol} is quarantined: {quarantined.code}, "
            f"{quarantined.detail}. It is not traded on. Fix: mend the file, then import it again"
        )
    return ExitCode.DONE


def _import_tree(file: Path, summary: ImportSummary) -> dict[str, object]:
    return {
        "target": str(file),
        "applied": True,
        "dryRun": False,
        "symbols": list(summary.symbols),
        "bars": summary.bars,
        "actions": summary.actions,
        "quarantined": [
            {"symbol": one.symbol, "code": one.code, "detail": one.detail}
            for one in summary.quarantined
        ],
        "notes": list(summary.notes),
    }


def _import_lines(file: Path, summary: ImportSummary) -> list[str]:
    counts = f"{summary.bars} bars, {summary.actions} corporate actions"
    return [
        ": ".join(filter(None, (str(file), " ".join(summary.symbols), counts))),
        *(f"  {note}" for note in summary.notes),
    ]
