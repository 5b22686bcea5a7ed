"""The policy of alerts: whom they are told abroad, and how much of what cycles said is kept in files."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from quorate.cycle.watch.alert import Severity
from quorate.kernel.errors import RejectedError

_URL: Final = re.compile(
    r"(?P<origin>(?P<scheme>https?)://(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::\d{1,5})?)"
    r"(?:[/?][^\s#]*)?"
)
_LOOPBACK: Final = re.compile(r"localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertsPolicy:
    """Where alerts go beside the log, the database and the stream of events."""

    webhook_url: str = field(default="", repr=False)
    """Gets each alert as JSON by POST; empty: nobody. Often its path is a secret, so it is never shown."""

    min_severity: Severity = Severity.WARNING
    """The least severity that the webhook gets: info, warning or error."""

    timeout_seconds: float = 5.0
    """How long one try may take. Ours: a webhook that takes longer is down."""

    tries: int = 3
    """How often it is tried before the alert counts as not delivered; it stands in the database all the same."""

    kept_cycles: int = 1000
    """Of how many cycles the `events.jsonl` is kept, the newest. The journal keeps all."""

    def __post_init__(self) -> None:
        """Refuse what could not be done, or would send a secret in the clear."""
        for holds, rule in self._rules():
            if not holds:
                raise RejectedError(f"alerts policy: {rule}")

    @property
    def shown_url(self) -> str:
        """Return where the webhook is without what may be secret in its address."""
        found = _URL.fullmatch(self.webhook_url)
        return f"{found['origin']}/***" if found else ""

    def _rules(self) -> tuple[tuple[bool, str], ...]:
        return (
            (self._is_safe(), "webhook_url is an https URL, or an http one of this machine"),
            (0 < self.timeout_seconds <= 60, "timeout_seconds is in (0, 60]"),
            (1 <= self.tries <= 10, "tries is in [1, 10]"),
            (1 <= self.kept_cycles <= 1_000_000, "kept_cycles is in [1, 1000000]"),
        )

    def _is_safe(self) -> bool:
        found = _URL.fullmatch(self.webhook_url)
        if not found:
            return not self.webhook_url
        return found["scheme"] == "https" or bool(_LOOPBACK.fullmatch(found["host"]))
