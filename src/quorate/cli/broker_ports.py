"""What the command line needs of the broker: whose keys are set, and a look at its account."""

# ruff: noqa: D102  (each class says it for its members; the promises stand in `bootstrap.broking`)

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from quorate.kernel.secret import Secret


class BrokerView(Protocol):
    """The broker without its keys."""

    @property
    def key_source(self) -> str: ...
    @property
    def key_variable(self) -> str: ...
    @property
    def last4(self) -> str: ...
    def as_json(self) -> Mapping[str, object]: ...


class BrokerKeyChange(Protocol):
    """What became of a wish to store or remove its keys."""

    @property
    def broker(self) -> BrokerView: ...
    @property
    def applied(self) -> bool: ...


class BrokerTest(Protocol):
    """What its account told."""

    def as_json(self) -> Mapping[str, object]: ...


class BrokerDesk(Protocol):
    """The broker of this home."""

    async def shown(self) -> BrokerView: ...
    async def store_keys(self, key_id: Secret, secret_key: Secret) -> BrokerKeyChange: ...
    async def remove_keys(self) -> BrokerKeyChange: ...
    async def test(self) -> BrokerTest: ...
