"""The spine: journal, ledger and keys; tasks and leases; the arena; profiles, books, series, configurations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _table(
    name: str, key: tuple[str, ...], *columns: sa.schema.SchemaItem, clustered: bool = False
) -> None:
    """Create a table; a `clustered` one is stored in the order of its key on SQLite, a page less to write a commit."""
    op.create_table(name, *columns, sa.PrimaryKeyConstraint(*key), sqlite_with_rowid=not clustered)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False)


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean, nullable=False)


def _maybe(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text)


def upgrade() -> None:
    """Create the first tables."""
    _journal()
    _work()
    _arena()
    _registries()


def _journal() -> None:
    _table(
        "journal",
        ("tenant", "seq"),
        *_text("tenant"),
        _number("seq"),
        *_text("ts", "book", "trace_id", "stream", "type", "payload", "prev_hash", "hash"),
        clustered=True,
    )
    op.create_index("journal_stream", "journal", ["stream", "tenant", "seq"])
    _table(
        "step_ledger",
        ("tenant", "step_key"),
        *_text("tenant", "step_key"),
        _number("seq"),
        clustered=True,
    )
    _table(
        "blobs",
        ("tenant", "digest"),
        *_text("tenant", "digest"),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )
    _table(
        "checkpoints", ("tenant", "size"), *_text("tenant"), _number("size"), *_text("ts", "note")
    )
    _table("signing_keys", ("tenant", "key_id"), *_text("tenant", "key_id", "public_key"))


def _work() -> None:
    _table(
        "leases",
        ("tenant", "name"),
        *_text("tenant", "name", "owner"),
        _number("token"),
        *_text("expires_at"),
    )
    _table(
        "tasks",
        ("tenant", "task_id"),
        *_text("tenant", "task_id", "type", "subject", "trace_id", "spec_hash", "state", "reason"),
        *_text("owner"),
        _number("token"),
        _number("attempts"),
    )
    unfinished = sa.text("state NOT IN ('CANCELLED', 'COMPLETED', 'EXPIRED', 'FAILED', 'REJECTED')")
    op.create_index(
        "tasks_unfinished",
        "tasks",
        ["tenant", "task_id"],
        sqlite_where=unfinished,
        postgresql_where=unfinished,
    )


def _arena() -> None:
    _table(
        "ai_arena_runs",
        ("tenant", "run_id"),
        *_text("tenant", "run_id", "task_id", "trace_id", "book", "mode", "symbols", "as_of"),
        *_text("config_hash", "triggered_by", "status", "final_actions"),
        _maybe("cost_usd"),
        _flag("escalated"),
        *_text("started_at", "finished_at"),
    )
    op.create_index("ai_arena_runs_started", "ai_arena_runs", ["tenant", "started_at", "run_id"])
    _table(
        "ai_arena_agent_decisions",
        ("tenant", "run_id", "symbol", "profile"),
        *_text("tenant", "run_id", "symbol", "profile", "role", "provider", "model", "action"),
        _maybe("reason_code"),
        _maybe("confidence"),
        _maybe("cost_usd"),
        _number("seq"),
    )
    _table(
        "ai_arena_consensus",
        ("tenant", "decision_id"),
        *_text("tenant", "decision_id", "run_id", "symbol", "final_action", "reason_code"),
        _maybe("confidence"),
        _maybe("disagreement"),
        *_text("regime", "wyckoff_phase"),
        _flag("escalated"),
        _number("seq"),
    )
    op.create_index("ai_arena_consensus_run", "ai_arena_consensus", ["tenant", "run_id"])


def _registries() -> None:
    _table(
        "ai_agent_profiles",
        ("tenant", "name"),
        *_text("tenant", "name", "role", "provider", "model"),
        _flag("enabled"),
        *_text("profile"),
    )
    _table("books", ("tenant", "name"), *_text("tenant", "name", "mode", "cash"))
    _table(
        "market_series",
        ("tenant", "symbol"),
        *_text("tenant", "symbol", "digest", "source", "first_session", "last_session"),
        _number("bars"),
        _number("actions"),
        _maybe("quarantine"),
        *_text("imported_at"),
    )
    _table(
        "config_versions",
        ("tenant", "config_hash"),
        *_text("tenant", "config_hash", "settings", "first_used"),
    )
