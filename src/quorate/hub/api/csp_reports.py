"""`/csp-reports`: what a browser refused to load or run for the sake of our policy, told by the browser itself.

Anybody may tell, for a sign-in page has a policy too; so little of it is believed, and only so much a minute is logged.
Source: RELIABILITY 6.8, ASVS 3.4.7.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

import msgspec
import structlog
from litestar import post

from quorate.hub.parts import AnyRequest
from quorate.hub.problems import RefusedError
from quorate.hub.security.headers import REPORTS_PATH, trace_id_of
from quorate.hub.security.principal import OPEN, RATES
from quorate.hub.security.rates import Rate, RateLimiter

LONGEST: Final = 200
"""Characters of a report that are logged, of each of its parts.  Ours."""

_LOG = structlog.get_logger()


class _Violation(msgspec.Struct, rename="kebab"):
    """The parts of a report that are logged; others are passed over. Source: W3C, Content Security Policy 3, 5.3."""

    document_uri: str = ""
    effective_directive: str = ""
    violated_directive: str = ""
    blocked_uri: str = ""


class _Report(msgspec.Struct, rename="kebab"):
    csp_report: _Violation


@post(REPORTS_PATH, guards=[OPEN], status_code=204, include_in_schema=False)
async def csp_report(request: AnyRequest) -> None:
    """Log a violation; all browsers together may tell ten a minute."""
    limiter: RateLimiter = request.app.state[RATES]
    limiter.count(Rate.WRITING, REPORTS_PATH)
    try:
        told = msgspec.json.decode(await request.body(), type=_Report).csp_report
    except msgspec.DecodeError as error:
        raise RefusedError("this is no report of a policy", slug="validation-failed") from error
    _LOG.warning(
        "csp_violation",
        directive=(told.effective_directive or told.violated_directive)[:LONGEST],
        blocked=_without_query(told.blocked_uri),
        page=_without_query(told.document_uri),
        trace_id=trace_id_of(request.scope),
    )


def _without_query(address: str) -> str:
    """Return an address without what follows its path: a sign-in link has its secret there."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}{parts.path}"[:LONGEST] if parts.netloc else parts.path
