"""The hub: what lists of runs are filtered and counted by, and who may sign in."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TRIGGERS = ("disagreement", "low_confidence", "high_volatility", "portfolio_delta")
"""The triggers of revision 0001 in the order in which a decision states them."""

CHUNK = 1000
"""Runs that are read and filled at once."""

OUTCOME = """
    CASE WHEN status <> 'completed' THEN ''
         WHEN final_actions LIKE '%:"BUY"%' OR final_actions LIKE '%:"SELL"%' THEN 'traded'
         WHEN final_actions LIKE '%:"HOLD"%' THEN 'held'
         ELSE 'no_trade' END"""
"""What a completed run came to, from canonical JSON of symbol and action."""

PAYLOAD = """(SELECT payload FROM journal
    WHERE journal.tenant = {table}.tenant AND journal.seq = {table}.seq)"""
"""The payload of the row that a state row was folded from."""

VOTER = f"CASE WHEN {PAYLOAD} LIKE '%\"voter\":true%' THEN {{yes}} ELSE {{no}} END"
"""Whether a vote counts. A quote within a text is escaped, so the pattern can only be a key of the payload."""


def upgrade() -> None:
    """Add what the hub needs, filled from what the journal holds."""
    _widen("ai_arena_runs", sa.Column("outcome", sa.Text), sa.Column("profiles", sa.Text))
    _widen("ai_arena_agent_decisions", sa.Column("voter", sa.Boolean))
    _widen("ai_arena_consensus", sa.Column("triggers", sa.Text))
    _fill()
    for table, names in {
        "ai_arena_runs": ("outcome", "profiles"),
        "ai_arena_agent_decisions": ("voter",),
        "ai_arena_consensus": ("triggers",),
    }.items():
        _require(table, *names)
    _index()
    _access()


def _index() -> None:
    """Let lists, counts and the overview read indexes alone."""
    op.drop_index("ai_arena_runs_started", "ai_arena_runs")
    op.create_index(
        "ai_arena_runs_listed",
        "ai_arena_runs",
        [
            *("tenant", "started_at", "run_id", "status", "outcome", "escalated", "cost_usd"),
            *("symbols", "profiles"),
        ],
    )
    op.create_index("ai_arena_runs_as_of", "ai_arena_runs", ["tenant", "as_of"])
    op.create_index(
        "ai_arena_consensus_grounds",
        "ai_arena_consensus",
        ["tenant", "triggers", "final_action", "reason_code", "symbol", "run_id"],
    )


def _widen(table: str, *columns: sa.Column[object]) -> None:
    for column in columns:
        op.add_column(table, column)


def _require(table: str, *names: str) -> None:
    """Make columns that hold a value in every row by now `NOT NULL`; SQLite writes the table anew for it."""
    with op.batch_alter_table(table) as altered:
        for name in names:
            altered.alter_column(name, nullable=False)


def _fill() -> None:
    connection = op.get_bind()
    sqlite = connection.dialect.name == "sqlite"
    yes, no = ("1", "0") if sqlite else ("true", "false")
    votes, decisions = "ai_arena_agent_decisions", "ai_arena_consensus"
    is_voter = VOTER.format(table=votes, yes=yes, no=no)
    statements = (
        f"UPDATE ai_arena_runs SET outcome = {OUTCOME}",  # noqa: S608  (our own names)
        f"UPDATE {votes} SET voter = {is_voter}",  # noqa: S608
        f"UPDATE {decisions} SET triggers = {_fired(decisions)}",  # noqa: S608
    )
    for statement in statements:
        connection.exec_driver_sql(statement.replace("%", "%%") if not sqlite else statement)
    _fill_profiles(connection)


def _fired(table: str) -> str:
    """Return the expression of the names of the triggers that fired, separated by spaces."""
    payload = PAYLOAD.format(table=table)
    names = (
        f"CASE WHEN {payload} LIKE '%{{\"fired\":true,\"name\":\"{name}\"%' THEN ' {name}' ELSE '' END"
        for name in TRIGGERS
    )
    return f"ltrim({' || '.join(names)})"


def _fill_profiles(connection: sa.Connection) -> None:
    runs = sa.table("ai_arena_runs", *map(sa.column, ("tenant", "run_id", "profiles")))
    journal = sa.table("journal", *map(sa.column, ("tenant", "stream", "type", "payload")))
    requested = (
        sa.select(journal.c.tenant, journal.c.stream, journal.c.payload)
        .where(journal.c.type == "run.requested")
        .execution_options(yield_per=CHUNK)
    )
    asked = (
        sa.update(runs)
        .where(runs.c.tenant == sa.bindparam("of"), runs.c.run_id == sa.bindparam("run"))
        .values(profiles=sa.bindparam("asked"))
    )
    with connection.execute(requested) as result:
        for rows in result.partitions():
            connection.execute(asked, [_profiles_of(*row) for row in rows])


def _profiles_of(tenant: str, stream: str, payload: str) -> dict[str, str]:
    names = (f" {profile['name']}" for profile in json.loads(payload)["profiles"])
    return {"of": tenant, "run": stream.removeprefix("run:"), "asked": "".join(names) + " "}


def _access() -> None:
    _table("sign_in_links", ("tenant", "link_hash"), "expires_at", "used_at")
    _table("hub_sessions", ("tenant", "session_id"), "opened_at", "expires_at", "closed_at")
    _table(
        "api_tokens",
        ("tenant", "token_id"),
        *("name", "token_hash", "scopes", "last4", "created_at", "expires_at", "revoked_at"),
    )
    op.create_index("api_tokens_hash", "api_tokens", ["tenant", "token_hash"])


def _table(name: str, key: tuple[str, ...], *texts: str) -> None:
    columns = [sa.Column(text, sa.Text, nullable=False) for text in (*key, *texts)]
    op.create_table(name, *columns, sa.PrimaryKeyConstraint(*key))
