"""The chain's own tables: the journal's rows and the checkpoints over them."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Table, bindparam, func, select

from quorate.adapters.sql.schema import metadata, tenant_column, text_column
from quorate.adapters.sql.statement import Insert, Statement

JOURNAL = Table(
    "journal",
    metadata,
    tenant_column(),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    text_column("ts"),
    text_column("book"),
    text_column("trace_id"),
    text_column("stream"),
    text_column("type"),
    text_column("payload"),
    text_column("prev_hash"),
    text_column("hash"),
    sqlite_with_rowid=False,
)
Index("journal_stream", JOURNAL.c.stream, JOURNAL.c.tenant, JOURNAL.c.seq)
Index("journal_type", JOURNAL.c.type, JOURNAL.c.tenant, JOURNAL.c.seq)
Index("journal_trace", JOURNAL.c.trace_id, JOURNAL.c.tenant, JOURNAL.c.seq)

CHECKPOINTS = Table(
    "checkpoints",
    metadata,
    tenant_column(),
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    text_column("ts"),
    text_column("note"),
)

_NEWEST = select(func.max(JOURNAL.c.seq)).where(JOURNAL.c.tenant == bindparam("tenant"))
HEAD = Statement(
    select(JOURNAL.c.seq, JOURNAL.c.hash).where(
        JOURNAL.c.tenant == bindparam("tenant"), JOURNAL.c.seq == _NEWEST.scalar_subquery()
    )
)
STREAM_ROWS = Statement(
    select(JOURNAL)
    .where(
        JOURNAL.c.stream == bindparam("stream"),
        JOURNAL.c.tenant + bindparam("nothing") == bindparam("tenant"),
    )
    .order_by(JOURNAL.c.seq)
)
"""The rows of a stream; "nothing" keeps SQLite, which has no statistics, from walking the whole chain by its key.

Who asks for a type of the stream's rows says "nothing" of it too: else all rows of that type may be walked.
"""

NEWEST_OF_STREAM = Statement(
    select(JOURNAL)
    .where(
        JOURNAL.c.stream == bindparam("stream"),
        JOURNAL.c.tenant == bindparam("tenant"),
        JOURNAL.c.seq < bindparam("end"),
    )
    .order_by(JOURNAL.c.seq.desc())
    .limit(bindparam("most"))
)
"""The end of a stream, for those that grow for ever."""

BEYOND = 2**63 - 1
"""Behind every row. A bound on `seq` has SQLite, which has no statistics, choose an index and not the chain's key."""

ROWS_AFTER = Statement(
    select(JOURNAL)
    .where(
        JOURNAL.c.tenant == bindparam("tenant"),
        JOURNAL.c.seq > bindparam("after"),
        JOURNAL.c.seq <= bindparam("last"),
    )
    .order_by(JOURNAL.c.seq)
)

HASH_AT = Statement(
    select(JOURNAL.c.hash).where(
        JOURNAL.c.tenant == bindparam("tenant"), JOURNAL.c.seq == bindparam("seq")
    )
)
ADD_ROW = Insert(JOURNAL)
ADD_CHECKPOINT = Insert(CHECKPOINTS)
