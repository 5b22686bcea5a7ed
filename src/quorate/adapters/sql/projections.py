"""Every projection of every room, and the state tables that they alone write."""

from __future__ import annotations

from sqlalchemy import Table

from quorate.adapters.sql import (
    access,
    books,
    budgets,
    calls,
    competitions,
    config_versions,
    holdings,
    kept_answers,
    leases,
    ledger,
    news,
    orders,
    prices,
    profiles,
    prompts,
    runs,
    series,
    simulated_accounts,
    tasks,
    tool_calls,
    warnings,
)
from quorate.adapters.sql.projection import Place, Projections
from quorate.adapters.sql.schema import metadata
from quorate.adapters.sql.session import Session
from quorate.kernel.journal import Event

ALL: Projections = {
    **ledger.PROJECTIONS,
    **leases.PROJECTIONS,
    **tasks.PROJECTIONS,
    **runs.PROJECTIONS,
    **competitions.PROJECTIONS,
    **profiles.PROJECTIONS,
    **prompts.PROJECTIONS,
    **books.PROJECTIONS,
    **series.PROJECTIONS,
    **config_versions.PROJECTIONS,
    **access.PROJECTIONS,
    **calls.PROJECTIONS,
    **budgets.PROJECTIONS,
    **news.PROJECTIONS,
    **kept_answers.PROJECTIONS,
    **prices.PROJECTIONS,
    **warnings.PROJECTIONS,
    **tool_calls.PROJECTIONS,
    **orders.PROJECTIONS,
    **holdings.PROJECTIONS,
    **simulated_accounts.PROJECTIONS,
}

__all__ = ["ALL", "STATE_TABLES", "metadata", "project"]

STATE_TABLES: tuple[Table, ...] = (
    ledger.STEP_LEDGER,
    ledger.SIGNING_KEYS,
    leases.LEASES,
    tasks.TASKS,
    runs.RUNS,
    runs.AGENT_DECISIONS,
    runs.CONSENSUS,
    competitions.COMPETITIONS,
    profiles.PROFILES,
    prompts.PROMPT_VERSIONS,
    books.BOOKS,
    series.SERIES,
    config_versions.CONFIG_VERSIONS,
    access.SIGN_IN_LINKS,
    access.HUB_SESSIONS,
    access.API_TOKENS,
    calls.LLM_CALLS,
    budgets.BUDGET_DAYS,
    budgets.BUDGET_LIMITS,
    news.NEWS_ITEMS,
    news.NEWS_SYMBOLS,
    kept_answers.KEPT_ANSWERS,
    prices.MODEL_PRICES,
    warnings.BUDGET_WARNINGS,
    tool_calls.TOOL_CALLS,
    orders.ORDERS,
    orders.EXECUTIONS,
    holdings.HELD_SHARES,
    holdings.TRADING_STATES,
    simulated_accounts.SIMULATED_ACCOUNTS,
)
"""The tables that refolding the journal from its first row gives again, row for row."""


def project(session: Session, place: Place, event: Event) -> None:
    """Bring the state tables up to `event`; an event that no table follows changes nothing."""
    projection = ALL.get(event.type)
    if projection:
        projection(session, place, event)
    if event.step_key:
        ledger.record_step(session, place, event)
