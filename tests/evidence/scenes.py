"""What is shown for each criterion: the commands, in the order in which a person would type them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from tests.e2e.trace_example import PROFILES, SCRIPT
from tests.evidence.log import Log
from tests.model_server import Delivery, ModelServer, Rule

REPLAY = "quorate replay --from 2012-03-01 --to 2012-06-29"
"""Four months of the packaged bars: 85 cycles of a REPLAY book."""

DATABASE = "sqlite3 -header -column ~/.quorate/quorate.db"
AS_READER = '-H "Authorization: Bearer $TOKEN"'
SERVER_DELAY = 0.3
"""Seconds that every scripted model takes to answer, so that what is parallel can be seen."""


def run_from_the_hub(log: Log) -> None:
    """R-186: a run that is started over the hub's API is stored, and read back with reasoning, costs and trace id.

    The models are the scripted server of the tests, which speaks the protocols of OpenRouter and OpenAI over HTTP; what
    they say is written in tests/e2e/trace_example.py. Everything else is the program's. A button starts it too:
    tests/browser/test_journey.py.
    """
    with models(log):
        log.keep("TOKEN", token("read", "run"))
        with log.served():
            log.shell(
                f"curl -s -X POST {AS_READER} -H 'Idempotency-Key: evidence-1' -H 'Content-Type: application/json' "
                '-d \'{"symbols": ["AAPL"], "asOf": "2012-06-29", "profiles": ["cheap_tech_analyst", '
                "\"cheap_risk_manager\"]}' -H 'Prefer: wait=30' $HUB/api/admin/arena/run "
                "| jq '{runId, traceId, status}'"
            )
            log.keep(
                "RUN",
                f"curl -s {AS_READER} $HUB/api/admin/arena/runs?limit=1 | jq -r .items[0].runId",
            )
            log.note(
                "The run's details: who said what and why, what it cost, and what was decided."
            )
            log.shell(
                f"curl -s {AS_READER} $HUB/api/admin/arena/runs/$RUN | jq '{{runId, traceId, status, costUsd, "
                "snapshotHash, configHash, decisions: [.decisions[] | {decisionId, symbol, finalAction, reasonCode, "
                "confidence, votes: [.votes[] | {profile, action, confidence, rationale, costUsd}]}]}'"
            )
            log.shell(f"curl -s {AS_READER} $HUB/api/admin/arena/runs/$RUN/why | jq .")
        log.note("The same in the database.")
        log.shell(
            f'{DATABASE} "SELECT run_id, trace_id, status, cost_usd, triggered_by FROM ai_arena_runs"'
        )
        log.shell(
            f'{DATABASE} "SELECT profile, role, action, confidence, seq FROM ai_arena_agent_decisions"'
        )
        log.shell(
            f'{DATABASE} "SELECT decision_id, final_action, reason_code, triggers, seq FROM ai_arena_consensus"'
        )
        log.shell("quorate audit verify --projections")


def cheap_first_then_escalation(log: Log) -> None:
    """R-187: two cheap profiles are asked in parallel, they disagree, and one call to a power model settles it.

    The models are the scripted server of the tests, which speaks the protocols of OpenRouter and OpenAI over HTTP and
    takes 0.3 s for every answer; no provider was asked. Against a real one: `make models-check`, with a key.
    """
    with models(log):
        log.shell(
            "quorate run AAPL --as-of 2012-06-29 --profiles cheap_tech_analyst,cheap_risk_manager"
        )
        log.keep("RUN", "quorate runs list --limit 1 --json --jq '.items[0].runId'")
        log.note(
            "The two answers were under way at the same time: each was begun before either was settled."
        )
        log.shell(
            f'{DATABASE} "SELECT purpose, tier, profile, provider, model_served, substr(reserved_at, 12, 12) AS begun, '
            "substr(settled_at, 12, 12) AS ended, cost AS billionths_usd, cost_source FROM llm_calls "
            'ORDER BY reserved_at"'
        )
        log.note("Why the power model was asked, and what was made of its word.")
        log.shell("quorate runs why $RUN")
        log.shell("quorate cost calls --run $RUN")
        log.note("Where they agree, nobody asks it: the keyless agents on the same session.")
        log.shell(
            "quorate run AAPL --as-of 2012-06-29 --profiles momentum,trend,rule_risk_manager --json "
            "--jq '.decisions[] | {finalAction, reasonCode, escalated, disagreement}'"
        )


def decision_on_its_order(log: Log) -> None:
    """R-188: a consensus is stored, and its decision id stands on the order, on its fills and on what came of it.

    Cycles over four months of the packaged bars; the orders are filled by the simulated broker on those bars.
    """
    log.shell(f"{REPLAY} --quiet > /dev/null")
    log.shell(
        f'{DATABASE} "SELECT c.decision_id, c.run_id, c.symbol, c.final_action, c.confidence, o.client_order_id, '
        "o.leg, o.state FROM ai_arena_consensus c JOIN orders o USING (tenant, decision_id) "
        'ORDER BY o.created_at LIMIT 6"'
    )
    log.note("The link from decision to outcome, as the table outcomes keeps it.")
    log.shell(
        f'{DATABASE} "SELECT decision_id, order_intent_id, broker_order_id, status, pnl FROM outcomes '
        "WHERE order_intent_id <> '' ORDER BY opened_at\""
    )
    log.shell(f'{DATABASE} "SELECT status, count(*) FROM outcomes GROUP BY status"')
    log.keep(
        "DECISION",
        "quorate outcomes list --limit 200 --json --jq "
        "'[.items[] | select(.orderIntentId != null)][0].decisionId'",
    )
    log.shell("quorate outcomes show $DECISION")
    log.shell("quorate explain $DECISION")
    log.keep("TOKEN", token("read"))
    with log.served():
        log.note("And over the API: decisionId and traceId on the order.")
        log.shell(f'curl -s {AS_READER} "$HUB/api/admin/orders?limit=1" | jq ".items[0]"')


def leaderboard_of_outcomes(log: Log) -> None:
    """R-189, criterion 4: the leaderboard is made of what decisions came to, with its doubt.

    The outcomes are those of 85 cycles over four months of the packaged bars; none is written by hand.
    """
    log.shell(f"{REPLAY} --quiet > /dev/null")
    log.shell(f'{DATABASE} "SELECT count(*) AS resolved_votes FROM vote_outcomes"')
    log.shell("quorate leaderboard")
    log.shell("quorate leaderboard --by role --window 30d")
    log.shell("quorate leaderboard agreement")
    log.keep("TOKEN", token("read"))
    with log.served():
        log.shell(
            f'curl -s {AS_READER} "$HUB/api/admin/arena/leaderboard?window=90d" | '
            "jq '{book, bookMode, asOf, window, outcomes, of, separable, names: [.items[].name]}'"
        )


def one_entrance(log: Log) -> None:
    """R-189, criterion 5: there is one admin entrance, and every other address leads to it.

    Shown is the status and where it leads, without a session and with one.
    """
    with log.served():
        for path in ("/", "/dashboard", "/arena", "/admin", "/admin/sign-in"):
            log.shell(f"curl -s -o /dev/null -w '%{{http_code}} %{{redirect_url}}\\n' $HUB{path}")
        log.note("A link of `quorate up` signs in once.")
        log.keep("LINK", "quorate up --port ${HUB##*:} | grep -m1 '^http'")
        for _ in range(2):
            log.shell(
                "curl -s -o /dev/null -c jar -b jar -w '%{http_code} %{redirect_url}\\n' -L \"$LINK\""
            )
        log.shell("curl -s -b jar $HUB/admin | grep -o '<title>[^<]*'")


def no_mock_trades(log: Log) -> None:
    """R-189, criterion 6: what stands as traded is what the broker filled, on bars that were stored before.

    Each execution of a replay is held against the published bar of its session, read from the packaged file anew.
    """
    log.note("A home in which nothing was traded shows nothing.")
    log.shell("quorate orders list")
    log.shell("quorate positions list")
    log.shell("quorate outcomes list")
    log.note("Cycles over four months.")
    log.shell(f"{REPLAY} --quiet > /dev/null")
    log.shell(f'{DATABASE} "SELECT count(*) AS executions FROM executions"')
    log.shell(
        f'{DATABASE} "SELECT count(*) AS without_an_order FROM executions e LEFT JOIN orders o '
        'USING (tenant, client_order_id) WHERE o.client_order_id IS NULL"'
    )
    log.note("Each fill beside the bar of its session, as the packaged file has it.")
    log.shell("python -m tests.evidence.fills ~/.quorate/quorate.db")
    log.shell("quorate orders reconcile")
    log.shell("quorate audit verify --projections")


def documents(log: Log) -> None:
    """R-190: the documents say what is so; each claim has its test, and a test holds each document against the code."""
    log.shell(
        "cd $PYTHONPATH && jq -c .summary docs/DOC_REALITY_MATRIX.json && "
        "python -m pytest -q -p no:cacheprovider tests/architecture/test_reality_matrix.py | tail -n 1"
    )


@contextmanager
def models(log: Log) -> Iterator[None]:
    """Serve the scripted models for the block, and enable the three profiles that ask them."""
    with ModelServer() as server:
        server.script(
            *(
                Rule(contains=each.contains, what=each.what, how=Delivery(delay_s=SERVER_DELAY))
                for each in SCRIPT
            )
        )
        log.provide(
            OPENROUTER_BASE_URL=server.openrouter_url,
            OPENROUTER_API_KEY="not-a-real-key",
            OPENAI_BASE_URL=server.openai_url,
            OPENAI_API_KEY="not-a-real-key",
        )
        for name in PROFILES:
            log.shell(f"quorate profiles enable {name}")
        yield


def token(*scopes: str) -> str:
    """Return the command that prints the secret of a new token."""
    wanted = " ".join(f"--scope {scope}" for scope in scopes)
    return f"quorate tokens create evidence {wanted} --json --jq .secret"


SCENES: Mapping[str, Callable[[Log], None]] = {
    "run-from-the-hub": run_from_the_hub,
    "cheap-first-then-escalation": cheap_first_then_escalation,
    "decision-on-its-order": decision_on_its_order,
    "leaderboard-of-outcomes": leaderboard_of_outcomes,
    "one-entrance": one_entrance,
    "no-mock-trades": no_mock_trades,
    "documents": documents,
}
"""By the name of the file."""
