"""The router preset that was applied last: the newest row of its stream, which holds nothing else."""

from __future__ import annotations

import json

from sqlalchemy import Connection

from quorate.adapters.sql.chain_table import JOURNAL, STREAM_ROWS
from quorate.adapters.sql.statement import Values, rows_of
from quorate.kernel.ids import Tenant
from quorate.llm.preset import NOTHING_APPLIED, PRESET_STREAM, AppliedPreset, read_applied

_PAYLOAD = JOURNAL.c.keys().index("payload")


def applied_preset(connection: Connection, tenant: Tenant) -> AppliedPreset:
    """Return what was applied last, and how often anything was."""
    values: Values = {"tenant": tenant, "stream": PRESET_STREAM, "nothing": ""}
    rows = rows_of(connection, STREAM_ROWS, values)
    return read_applied(json.loads(str(rows[-1][_PAYLOAD]))) if rows else NOTHING_APPLIED
