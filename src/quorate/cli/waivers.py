"""`quorate waivers`: let tasks pass a gate for a while, say why, and take it back."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Annotated

import typer

from quorate.cli.failures import ExitCode
from quorate.cli.invocation import OPERATOR, Invocation, invocation
from quorate.cli.listing import part, show_list
from quorate.cli.noun import noun
from quorate.kernel.errors import RejectedError

if TYPE_CHECKING:
    from datetime import datetime

    from quorate.arbiter.constitution import Waiver, WaiverWish
    from quorate.cli.ports import App

Title = Annotated[str, typer.Argument(metavar="TITLE", help="What it is for, in a few words.")]
Id = Annotated[str, typer.Argument(metavar="ID", help="As listed: WV-0001.")]
Gates = Annotated[
    list[str],
    typer.Option("--gate", help="budget_adherence.usd, quality_gates.NAME ...; may be repeated."),
]
Reason = Annotated[
    str, typer.Option("--reason", metavar="TEXT", help="Why, in 10 characters or more.")
]
Approver = Annotated[str, typer.Option("--approved-by", metavar="NAME", help="Who approves it.")]
Days = Annotated[float, typer.Option("--days", min=0.0, help="How long it counts, 90 at the most.")]
For = Annotated[
    list[str] | None,
    typer.Option("--for", metavar="PATTERN", help="Task types, as in trading_*; all unless told."),
]
MoreUsd = Annotated[str, typer.Option("--usd", help="So many US dollars more.")]
MoreCalls = Annotated[int, typer.Option("--power-calls", min=0, help="So many power calls more.")]
MoreSeconds = Annotated[int, typer.Option("--seconds", min=0, help="So much time more.")]
MoreTokens = Annotated[int, typer.Option("--tokens", min=0, help="So many tokens more.")]
MoreDelta = Annotated[
    str, typer.Option("--portfolio-delta", help="So much more of equity, as in 0.05.")
]


def _bare(context: typer.Context) -> ExitCode:
    call = invocation(context)
    return call.with_app(lambda app: _list(app, call))


app = noun("What is let pass, for a while and with a reason; the bare noun lists it.", _bare)


@app.command("list")
def list_(context: typer.Context) -> ExitCode:
    """List the waivers, the newest first, those that count no more included."""
    return _bare(context)


@app.command()
def add(  # noqa: PLR0913  (one parameter per option)
    context: typer.Context,
    title: Title,
    *,
    gate: Gates,
    reason: Reason,
    approved_by: Approver,
    days: Days = 7.0,
    for_: For = None,
    usd: MoreUsd = "0",
    power_calls: MoreCalls = 0,
    seconds: MoreSeconds = 0,
    tokens: MoreTokens = 0,
    portfolio_delta: MoreDelta = "0",
) -> ExitCode:
    """Waive gates for a while; one of a budget says by how much more."""
    from quorate.arbiter.constitution import Delta, WaiverWish  # noqa: PLC0415  (help must not wait)

    call = invocation(context)
    delta = Delta(
        usd=_amount(usd),
        power_calls=power_calls,
        wall_ms=seconds * 1000,
        tokens=tokens,
        portfolio_delta=_amount(portfolio_delta),
    )

    def wish(now: datetime) -> WaiverWish:
        return WaiverWish(
            title=title,
            reason=reason,
            gates=tuple(gate),
            approved_by=approved_by,
            expires_at=now + timedelta(days=min(days, 3660.0)),
            operations=tuple(for_ or ("*",)),
            delta=delta,
        )

    async def act(app: App) -> ExitCode:
        change = await app.law.add_waiver(wish(app.clock.now()))
        return _reply(app, call, change.waiver, applied=True, said="waives")

    return call.with_app(act)


@app.command()
def revoke(context: typer.Context, waiver: Id, *, reason: Reason) -> ExitCode:
    """End a waiver now: the next task is judged without it, in every process."""
    call = invocation(context)

    async def act(app: App) -> ExitCode:
        change = await app.law.revoke_waiver(waiver, by=OPERATOR, reason=reason)
        said = "was revoked:" if change.applied else "was revoked already:"
        return _reply(app, call, change.waiver, applied=change.applied, said=said)

    return call.with_app(act)


async def _list(app: App, call: Invocation) -> ExitCode:
    now = app.clock.now()
    known = await app.law.waivers()
    page = part(known, lambda each: each.waiver_id, limit=call.limit, cursor=call.cursor)
    show_list(
        call,
        read_at=now,
        rows=[_row(each, now) for each in page.items],
        next_cursor=page.next_cursor,
        items=[each.as_json(now) for each in page.items],
        empty="Nothing is waived.",
    )
    return ExitCode.DONE


def _reply(app: App, call: Invocation, waiver: Waiver, *, applied: bool, said: str) -> ExitCode:
    told = waiver.as_json(app.clock.now())
    tree = {"target": waiver.waiver_id, "applied": applied, "dryRun": False, **told}
    gates = ", ".join(waiver.wish.gates)
    line = f"{waiver.waiver_id} {said} {gates}, until {told['expiresAt']} at the latest."
    call.terminal.reply(tree, [line])
    return ExitCode.DONE


def _row(waiver: Waiver, now: datetime) -> dict[str, object]:
    return {
        "waiver": waiver.waiver_id,
        "title": waiver.wish.title,
        "gates": list(waiver.wish.gates),
        "for": list(waiver.wish.operations),
        "approved by": waiver.wish.approved_by,
        "status": waiver.state(now).value,
        "until": f"{waiver.wish.expires_at:%Y-%m-%d %H:%M}Z",
    }


def _amount(text: str) -> Decimal:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or amount < 0:
        raise RejectedError(
            f"'{text}' is no amount",
            effect="nothing was waived",
            fix="name a number from 0 on, as in 0.50",
        )
    return amount
