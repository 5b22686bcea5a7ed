"""Addresses of the debates' pages."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

from quorate.arena.record.debate import read_debate
from quorate.arena.record.details import RunDetails
from quorate.kernel.ids import Symbol

LIST: Final = "/admin/debates"


def session_href(run_id: str, symbol: Symbol | None = None) -> str:
    """Return the address of a debate, at one of its symbols where several were in dispute."""
    said = f"?{urlencode({'symbol': symbol})}" if symbol else ""
    return f"{LIST}/{run_id}{said}"


def debate_href(details: RunDetails, symbol: Symbol | None) -> str:
    """Return the address of the debate in a run, empty where nothing was heard in it."""
    session = read_debate(details)
    heard = {one.symbol for one in session.symbols}
    if not heard:
        return ""
    return session_href(session.run.run_id, symbol if symbol in heard else None)
