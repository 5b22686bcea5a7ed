"""The unit of work that a use case sees: what every room may look up inside the writer's transaction.

Rooms declare the narrow part they need as a Protocol; this one class satisfies them all by its shape.
"""

from __future__ import annotations

from collections.abc import Mapping

from quorate.adapters.sql.books import has_book
from quorate.adapters.sql.config_versions import knows_config
from quorate.adapters.sql.leases import current_lease
from quorate.adapters.sql.ledger import knows_key
from quorate.adapters.sql.profiles import profile_names
from quorate.adapters.sql.series import series_digests
from quorate.adapters.sql.session import Session
from quorate.kernel.ids import BookName, Tenant
from quorate.kernel.lease import Lease


class Transaction:
    """Reads of one tenant's committed state, plus what this transaction has changed so far."""

    def __init__(self, session: Session, tenant: Tenant) -> None:
        self._session = session
        self._tenant = tenant

    def lease(self, name: str) -> Lease | None:
        """Return the newest holding of `name`, held still or not."""
        return current_lease(self._session, self._tenant, name)

    def profile_names(self) -> frozenset[str]:
        """Return the names of the registered profiles."""
        return profile_names(self._session, self._tenant)

    def has_book(self, name: BookName) -> bool:
        """Return whether the book exists."""
        return has_book(self._session, self._tenant, name)

    def knows_config(self, config_hash: str) -> bool:
        """Return whether the configuration is on record."""
        return knows_config(self._session, self._tenant, config_hash)

    def knows_key(self, key_id: str) -> bool:
        """Return whether the signing key is on record."""
        return knows_key(self._session, self._tenant, key_id)

    def series_digests(self) -> Mapping[str, str]:
        """Return the digest in use of every symbol."""
        return series_digests(self._session, self._tenant)
