"""`quorate strategies add`: a strategy written into the configuration, or the next version of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from quorate.cli.failures import ExitCode, usage_error
from quorate.cli.invocation import Invocation, invocation
from quorate.cli.listing import Row
from quorate.cli.strategy_view import written_lines
from quorate.cli.typed import parsed_list

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from quorate.cli.ports import App

NONE = "none"
"""The word that leaves a part of a strategy to the configuration."""

Name = Annotated[str, typer.Argument(metavar="NAME", help="The strategy's name.")]


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(add)


def add(  # noqa: PLR0913  (one parameter per option)
    context: typer.Context,
    name: Name,
    *,
    based_on: Annotated[
        str | None,
        typer.Option("--based-on", metavar="NAME", help="Begin with what this one says."),
    ] = None,
    description: Annotated[str | None, typer.Option(metavar="T", help="What it is for.")] = None,
    symbols: Annotated[str | None, typer.Option(metavar="A,B", help="What it decides on.")] = None,
    profiles: Annotated[str | None, typer.Option(metavar="A,B", help="Who is asked first.")] = None,
    horizon: Annotated[str | None, typer.Option(metavar="N", help="Sessions ahead.")] = None,
    threshold: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY=VALUE", help="One of [arena]'s values; may stand repeatedly."),
    ] = None,
    preset: Annotated[
        str | None, typer.Option(metavar="P", help="free_only, cheap_first or cheap_and_power.")
    ] = None,
    answer_ttl: Annotated[
        str | None, typer.Option(metavar="S", help="For how many seconds answers are used again.")
    ] = None,
    max_cost: Annotated[
        str | None, typer.Option(metavar="USD", help="What a run may cost.")
    ] = None,
) -> ExitCode:
    """Write a strategy into quorate.toml, or its next version; `none` leaves a part to the configuration."""
    body = wished(
        {
            "description": description,
            "symbols": symbols,
            "profiles": profiles,
            "horizon_sessions": horizon,
            "preset": preset,
            "answer_ttl_s": answer_ttl,
            "max_cost_usd": max_cost,
        },
        threshold or (),
    )
    call = invocation(context)
    return call.with_app(lambda app: _write(app, call, name, based_on, body))


def wished(options: Mapping[str, str | None], thresholds: Iterable[str]) -> Row:
    """Return what the options name, as the API takes it: lists as lists, numbers as numbers, `none` as null.

    Raises:
        RejectedError: one is no number or no pair.
    """
    named = {key: _value(key, text) for key, text in options.items() if text is not None}
    pairs = [text.partition("=") for text in thresholds]
    if not pairs:
        return named
    if not all(key and sign for key, sign, _ in pairs):
        raise usage_error("a threshold is written KEY=VALUE", "quorate strategies add")
    return {**named, "thresholds": {key: _number(key, text) for key, _, text in pairs}}


def _value(key: str, text: str) -> object:
    if text == NONE:
        return None
    if key in {"symbols", "profiles"}:
        return list(parsed_list(text))
    if key in {"horizon_sessions", "answer_ttl_s"}:
        return _number(key, text)
    return text.removeprefix("$") if key == "max_cost_usd" else text


def _number(key: str, text: str) -> int | float:
    try:
        return int(text) if text.lstrip("-").isdigit() else float(text)
    except ValueError:
        raise usage_error(
            f"{key} is a number, and {text!r} is none", "quorate strategies add"
        ) from None


async def _write(
    app: App, call: Invocation, name: str, based_on: str | None, body: Row
) -> ExitCode:
    from quorate.bootstrap.strategy_writing import StrategyWish, toml_text  # noqa: PLC0415  (slow)
    from quorate.kernel.ids import StrategyName  # noqa: PLC0415

    keys = {"horizon_sessions": "horizon", "max_cost_usd": "max_cost"}
    change = await app.strategy_desk.write(
        StrategyWish(
            name=StrategyName(name),
            based_on=None if based_on is None else StrategyName(based_on),
            says={keys.get(key, key): toml_text(value) for key, value in body.items()},
        )
    )
    tree = {"target": name, "applied": change.applied, "dryRun": False, **change.line.as_json()}
    call.terminal.reply(tree, written_lines(tree))
    return ExitCode.DONE
