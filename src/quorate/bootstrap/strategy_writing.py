"""Writing a strategy: into the configuration file, and in force at once, for nothing follows it before it is enabled.

what is wished over what it is based on -> the file, read as a whole -> this process -> its version in the journal
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Final, NamedTuple

from quorate.arena.strategy import NO_STRATEGY, Strategy, strategy_named
from quorate.config import ConfigError, Settings, chosen, load_settings
from quorate.config.editing import GIVEN_BACK, edit_config
from quorate.cycle.strategies.default import with_default
from quorate.kernel.errors import ConflictError, RejectedError
from quorate.kernel.ids import StrategyName, is_name

if TYPE_CHECKING:
    from quorate.bootstrap.store import Store

UNCHANGED: Final = "nothing was changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class StrategyWish:
    """A strategy that somebody wants: `says` over what `based_on` says, else over what it said itself.

    `says` has keys of `[strategies.NAME]`, each with its value as TOML writes it, or `default` to leave it out.
    """

    name: StrategyName
    based_on: StrategyName | None = None
    says: Mapping[str, str] = field(default_factory=dict)


class Written(NamedTuple):
    """What became of it; not `applied` where the file said so already."""

    strategy: Strategy
    applied: bool


async def write_strategy(store: Store, wish: StrategyWish) -> Written:
    """Write a strategy into the home's file, and let this process know it; other settings stay as they are in force.

    Raises:
        RejectedError: it would be refused at a start, or is based on none that there is; the file is as it was.
        ConflictError: an environment variable goes before the file, so that nothing would change.
    """
    if not is_name(wish.name):
        raise RejectedError(
            "a strategy is named as in my_strategy-2", effect=UNCHANGED, fix="choose another name"
        )
    with chosen(home=str(store.settings.home)):
        strategy, before = await asyncio.to_thread(_edited, wish)
    sections = {name: getattr(store.settings, name) for name in Settings.model_fields}
    sections["strategies"] = {**store.settings.strategies, wish.name: strategy}
    store.settings = Settings.model_construct(**sections)
    return Written(strategy, strategy != before)


def _edited(wish: StrategyWish) -> tuple[Strategy, Strategy | None]:
    """Return what the file says of the strategy now, and what it said before; another process may have written it."""
    known = with_default(load_settings().strategies)
    before = known.get(wish.name)
    base = strategy_named(wish.based_on, known) if wish.based_on else before or NO_STRATEGY
    told = {**_texts(base), **wish.says}
    try:
        edited = edit_config({f"strategies.{wish.name}.{key}": told[key] for key in told})
    except ConfigError as error:
        said = "; ".join(f"{each.key}: {each.problem}" for each in error.errors)
        fix = "give it a value that docs/configuration.md allows"
        raise RejectedError(said, effect=UNCHANGED, fix=fix) from error
    if edited.overridden:
        raise ConflictError(
            f"{', '.join(edited.overridden)} goes before what stands in the file",
            effect="the file has it, and nothing follows it",
            fix="unset the variable and start again",
        )
    return edited.settings.strategies.get(wish.name, NO_STRATEGY), before


def toml_text(value: object) -> str:
    """Return a value as the file has it; nothing, and what is empty, leaves it to the configuration."""
    if isinstance(value, Mapping) and value:
        return f"{{{', '.join(f'{name} = {toml_text(each)}' for name, each in value.items())}}}"
    if isinstance(value, Decimal):
        return json.dumps(f"{value:f}")
    return GIVEN_BACK if value in (None, "", [], (), {}) else json.dumps(value, ensure_ascii=False)


def _texts(strategy: Strategy) -> dict[str, str]:
    """Return what a strategy says as the file has it; what it leaves out is given back."""
    said = {
        "description": strategy.description,
        "symbols": strategy.symbols,
        "profiles": strategy.profiles,
        "horizon": strategy.horizon,
        "thresholds": strategy.thresholds.named,
        "preset": strategy.preset.value if strategy.preset else None,
        "answer_ttl_s": strategy.answer_ttl_s,
        "max_cost": strategy.max_cost,
    }
    return {name: toml_text(value) for name, value in said.items()}
