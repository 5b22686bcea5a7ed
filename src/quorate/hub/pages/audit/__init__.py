"""Audit: the journal's rows and whether they were touched, traces, verdicts, and what is waived."""

from quorate.hub.pages.audit.acts import add_waiver, new_waiver, revoke_waiver, verify
from quorate.hub.pages.audit.details import event, trace
from quorate.hub.pages.audit.exporting import export
from quorate.hub.pages.audit.page import audit
from quorate.hub.pages.audit.verdict import download_verdict, verdict

HANDLERS = (
    add_waiver,
    audit,
    download_verdict,
    event,
    export,
    new_waiver,
    revoke_waiver,
    trace,
    verdict,
    verify,
)
"""The routes of the room."""

__all__ = ["HANDLERS"]
