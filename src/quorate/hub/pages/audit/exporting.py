"""`/admin/audit/export`: the journal's rows as JSON to keep, under the filters of the page's address."""

from __future__ import annotations

from typing import Final

from litestar import Response, get

from quorate.access import Scope
from quorate.hub.pages.audit.query import LIST, read_query
from quorate.hub.pages.downloads import download
from quorate.hub.pages.shell import HubRequest, app_of
from quorate.hub.security.principal import require
from quorate.kernel.stamps import stamp

MOST: Final = 5000
"""Rows of one file; `quorate audit export` writes the whole journal with every checkpoint."""


@get(f"{LIST}/export", guards=[require(Scope.READ, step_up=True)])
async def export(request: HubRequest) -> Response[bytes]:
    """Return the newest rows that an address asks for, each with the hashes that chain it.

    A browser needs a fresh session for it. Source: RELIABILITY 6.10.
    """
    app, query = app_of(request), read_query(request.query_params.dict())
    chain, rows = await app.law.chain(), await app.law.events(query.events, MOST)
    tree = {
        "readAt": stamp(app.clock.now()),
        "chain": {"head": chain.head, "signed": chain.signed, "keyId": chain.key_id},
        "items": [
            {
                "seq": entry.seq,
                "ts": entry.ts,
                "type": entry.type,
                "stream": entry.stream,
                "book": entry.book,
                "traceId": entry.trace_id,
                "payload": entry.payload,
                "prevHash": entry.prev_hash,
                "hash": entry.hash,
            }
            for entry in rows.items
        ],
    }
    return download("journal.json", tree)
