"""A session in memory: it keeps what projections do to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from quorate.adapters.sql.statement import GuardedUpdate, Insert, Row, Statement, Values
from quorate.kernel.errors import ConflictError


@dataclass
class FakeSession:
    """Keeps inserts and updates by the text of their statement; answers every read with `rows`."""

    rows: Sequence[Row] = ()
    guards_hold: bool = True
    inserts: list[tuple[str, Values]] = field(default_factory=list)
    updates: list[tuple[str, Values]] = field(default_factory=list)
    reads: list[Values] = field(default_factory=list)

    def read(self, statement: Statement, values: Values) -> Sequence[Row]:
        assert statement.sqlite.startswith("SELECT")
        self.reads.append(values)
        return self.rows

    def insert(self, statement: Insert, values: Values) -> None:
        self.inserts.append((_table_in(statement.sqlite, after="INTO"), values))

    def update(self, statement: GuardedUpdate, values: Values, otherwise: str) -> None:
        if not self.guards_hold:
            raise ConflictError(otherwise)
        self.updates.append((_table_in(statement.sqlite, after="UPDATE"), values))


def _table_in(text: str, *, after: str) -> str:
    words = text.split()
    return words[words.index(after) + 1]
