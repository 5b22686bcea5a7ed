"""Every projection of every room, and the state tables that they alone write."""

from __future__ import annotations

from sqlalchemy import Table

from quorate.adapters.sql import (
    access,
    alerts,
    backtests,
    book_marks,
    books,
    budgets,
    calls,
    competitions,
    config_versions,
    cycles,
    holdings,
    kept_answers,
    leases,
    ledger,
    locks,
    news,
    orders,
    outcomes,
    prices,
    profiles,
    prompts,
    risk_verdicts,
    runs,
    series,
    simulated_accounts,
    strategies,
    tasks,
    tool_calls,
    usage,
    vote_outcomes,
    warnings,
    work,
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
    **usage.PROJECTIONS,
    **work.PROJECTIONS,
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
    **strategies.PROJECTIONS,
    **backtests.PROJECTIONS,
    **cycles.PROJECTIONS,
    **book_marks.PROJECTIONS,
    **outcomes.PROJECTIONS,
    **vote_outcomes.PROJECTIONS,
    **risk_verdicts.PROJECTIONS,
    **locks.PROJECTIONS,
    **alerts.PROJECTIONS,
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
    series.FETCHED_SERIES,
    usage.USAGE_COUNTERS,
    work.WORK_ITEMS,
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
    strategies.STRATEGIES,
    backtests.BACKTESTS,
    cycles.CYCLES,
    cycles.BOOK_CYCLES,
    cycles.CYCLE_SKIPS,
    book_marks.BOOK_MARKS,
    outcomes.OUTCOMES,
    vote_outcomes.VOTE_OUTCOMES,
    risk_verdicts.RISK_VERDICTS,
    locks.LOCKS,
    cycles.SCHEDULES,
    alerts.ALERTS,
)
"""The tables that refolding the journal from its first row gives again, row for row."""


def project(session: Session, place: Place, event: Event) -> None:
    """Bring the state tables up to `event`; an event that no table follows changes nothing."""
    projection = ALL.get(event.type)
    if projection:
        projection(session, place, event)
    if event.step_key:
        ledger.record_step(session, place, event)
