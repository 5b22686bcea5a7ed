"""The API under `/api/admin`: JSON, one problem format, the same rules as the pages."""

from litestar import Router

from quorate.hub.api.agents import (
    agent,
    agents,
    drain_agent,
    override_task,
    quarantine_agent,
    restore_agent,
    router_arms,
)
from quorate.hub.api.alerts import acknowledge_alert, alerts
from quorate.hub.api.arenas import arena_findings
from quorate.hub.api.audit import audit_events, audit_verify, trace_rows
from quorate.hub.api.backtests import backtest, backtests, start_backtest
from quorate.hub.api.broker import (
    broker,
    remove_broker_keys,
    store_broker_keys,
    try_broker,
)
from quorate.hub.api.budgets import budgets, prices, set_budgets, set_price
from quorate.hub.api.coming_in import log_in, stream_ticket
from quorate.hub.api.competitions import (
    competition,
    competition_scores,
    competitions,
    create_competition,
    start_competition,
    stop_competition,
)
from quorate.hub.api.cost import cost_calls, cost_summary
from quorate.hub.api.csp_reports import csp_report
from quorate.hub.api.cycles import (
    current_cycle,
    cycle,
    cycles,
    start_cycle,
    start_schedule,
    stop_schedule,
)
from quorate.hub.api.debates import debate_session, debate_sessions, start_debate
from quorate.hub.api.fields import cut_fields, note_fields
from quorate.hub.api.health import health, me, metrics, metrics_at_root, ready
from quorate.hub.api.leaderboard import agreement, leaderboard
from quorate.hub.api.orders import (
    cancel_order,
    close_position,
    order,
    orders,
    outcome,
    outcomes,
    positions,
    reconcile,
)
from quorate.hub.api.overview import dashboard, overview, search
from quorate.hub.api.presets import (
    apply_preset,
    choose_preset,
    router_preset,
    router_presets,
)
from quorate.hub.api.profile_changes import (
    archive_profile,
    change_profiles,
    create_profile,
    edit_profile,
)
from quorate.hub.api.profiles import (
    disable_profile,
    enable_profile,
    profile,
    profile_history,
    profiles,
    role_templates,
)
from quorate.hub.api.prompts import (
    add_prompt,
    prompt_diff,
    prompt_version,
    prompt_versions,
)
from quorate.hub.api.providers import models, providers, remove_key, store_key, try_provider
from quorate.hub.api.reruns import compare, replay
from quorate.hub.api.results import results, results_socket
from quorate.hub.api.run_acts import cancel_run, export
from quorate.hub.api.run_details import prompts as run_prompts
from quorate.hub.api.run_details import tool_calls
from quorate.hub.api.runs import run, runs, trace, why
from quorate.hub.api.safety import (
    breakers,
    halt,
    reset_breaker,
    resume,
    safety,
    safety_limits,
    set_safety_limits,
)
from quorate.hub.api.sessions import close_session, sessions
from quorate.hub.api.settings import change_settings, settings
from quorate.hub.api.signing_in import log_out, sign_in, sign_out_page
from quorate.hub.api.starting import start_run
from quorate.hub.api.strategies import (
    disable_strategy,
    edit_strategy,
    enable_strategy,
    strategies,
    strategy,
    strategy_history,
    write_strategy,
)
from quorate.hub.api.streaming import stream
from quorate.hub.api.tasks import add_task, cancel_task, retry_task, task, tasks
from quorate.hub.api.tokens import create_token, revoke_token, tokens
from quorate.hub.api.tools import test_tool, tools
from quorate.hub.api.traders import TRADERS
from quorate.hub.api.trials import try_profile
from quorate.hub.api.verdicts import verdict, verdicts, verify_verdict
from quorate.hub.api.waivers import add_waiver, revoke_waiver, waiver, waivers
from quorate.hub.api.worker_socket import worker_series, worker_socket

API = Router(
    path="/api/admin",
    before_request=note_fields,
    after_request=cut_fields,
    route_handlers=[
        agent,
        agents,
        drain_agent,
        override_task,
        quarantine_agent,
        restore_agent,
        router_arms,
        competition,
        competition_scores,
        competitions,
        arena_findings,
        create_competition,
        *TRADERS,
        start_competition,
        stop_competition,
        acknowledge_alert,
        alerts,
        audit_events,
        audit_verify,
        trace_rows,
        verdict,
        verdicts,
        verify_verdict,
        add_waiver,
        revoke_waiver,
        waiver,
        waivers,
        current_cycle,
        cycle,
        cycles,
        start_cycle,
        start_schedule,
        stop_schedule,
        budgets,
        cost_calls,
        cost_summary,
        prices,
        set_budgets,
        set_price,
        agreement,
        leaderboard,
        cancel_order,
        close_position,
        order,
        orders,
        outcome,
        outcomes,
        positions,
        reconcile,
        test_tool,
        tools,
        add_prompt,
        apply_preset,
        choose_preset,
        models,
        providers,
        remove_key,
        router_preset,
        router_presets,
        store_key,
        archive_profile,
        change_profiles,
        compare,
        create_profile,
        close_session,
        create_token,
        dashboard,
        disable_profile,
        edit_profile,
        enable_profile,
        health,
        log_out,
        me,
        metrics,
        overview,
        profile,
        profile_history,
        profiles,
        prompt_diff,
        prompt_version,
        prompt_versions,
        ready,
        replay,
        results,
        results_socket,
        revoke_token,
        role_templates,
        run,
        runs,
        breakers,
        halt,
        reset_breaker,
        resume,
        safety,
        safety_limits,
        set_safety_limits,
        search,
        start_run,
        backtest,
        backtests,
        start_backtest,
        disable_strategy,
        edit_strategy,
        enable_strategy,
        strategies,
        strategy,
        strategy_history,
        write_strategy,
        sessions,
        stream,
        run_prompts,
        tokens,
        add_task,
        cancel_task,
        retry_task,
        task,
        tasks,
        tool_calls,
        trace,
        try_profile,
        try_provider,
        why,
        worker_series,
        worker_socket,
        change_settings,
        settings,
        broker,
        remove_broker_keys,
        store_broker_keys,
        try_broker,
        cancel_run,
        export,
        log_in,
        stream_ticket,
    ],
)

DEBATE_API = Router(
    path="/api",
    before_request=note_fields,
    after_request=cut_fields,
    route_handlers=[debate_session, debate_sessions, start_debate],
)
"""The seeds' own address for debates. Source: R-116, UI 3."""

SIGNING_IN = (sign_in, sign_out_page, csp_report)
"""The pages that open and close a session, and where browsers tell what these and others were kept from."""

METRICS = metrics_at_root
"""The figures where Prometheus looks for them; `/api/admin/metrics` is the same."""

__all__ = ["API", "DEBATE_API", "METRICS", "SIGNING_IN"]
