"""Consent: what costs money is stated first, and done once somebody agreed."""

from __future__ import annotations

import sys

import typer

from quorate.cli.invocation import Invocation
from quorate.kernel.errors import RejectedError


def require_consent(call: Invocation, cost: str) -> None:
    """Say what something costs, and go on only where that was agreed to.

    Raises:
        RejectedError: nobody agreed; nothing was spent.
    """
    call.terminal.complain(cost)
    if call.agreed:
        return
    if not (sys.stdin.isatty() and call.terminal.err.isatty()):
        raise RejectedError(
            "this costs money, and nobody is there to agree",
            effect="nothing was asked",
            fix="add --yes",
        )
    if not typer.confirm("Go on?", err=True):
        raise RejectedError("you did not agree", effect="nothing was asked, nothing was spent")
