"""What the command line needs of the law: verdicts, waivers, the journal's rows and the signing key."""

# ruff: noqa: D102  (each class says it for its members; the promises stand at `bootstrap.law`)

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from pathlib import Path

    from quorate.arbiter.constitution import Waiver, WaiverWish
    from quorate.arbiter.constitution.listing import VerdictFilter, VerdictLine
    from quorate.arbiter.spec import TaskSpec
    from quorate.audit.listing import ChainState, EventFilter
    from quorate.kernel.canonical import Json
    from quorate.kernel.journal import JournalEntry

Item_co = TypeVar("Item_co", covariant=True)


class Rows(Protocol[Item_co]):
    """A part of a list, newest first; `next_below` is None on its last page."""

    @property
    def items(self) -> Sequence[Item_co]: ...
    @property
    def next_below(self) -> int | None: ...


class VerdictCheck(Protocol):
    """Whether an envelope can be believed."""

    @property
    def ok(self) -> bool: ...
    @property
    def problems(self) -> tuple[str, ...]: ...
    @property
    def key_id(self) -> str: ...
    @property
    def statement(self) -> Mapping[str, Json]: ...
    def as_json(self) -> dict[str, object]: ...


class ShownVerdict(Protocol):
    """A verdict on record with its envelope."""

    @property
    def line(self) -> VerdictLine: ...
    @property
    def check(self) -> VerdictCheck: ...
    @property
    def others(self) -> Sequence[VerdictLine]: ...
    def as_json(self) -> dict[str, object]: ...


class WaiverChange(Protocol):
    """What became of a wish; not `applied` when it was so already."""

    @property
    def waiver(self) -> Waiver: ...
    @property
    def applied(self) -> bool: ...


class KnownKey(Protocol):
    """A key that signed here."""

    @property
    def key_id(self) -> str: ...
    @property
    def public_key(self) -> str: ...
    @property
    def is_own(self) -> bool: ...


class RotatedKey(Protocol):
    """A rotation that took place."""

    @property
    def old_key_id(self) -> str: ...
    @property
    def new_key_id(self) -> str: ...
    @property
    def public_key(self) -> str: ...


class Law(Protocol):
    """What the court found, and what people may change of it."""

    async def verdicts(
        self, wanted: VerdictFilter, limit: int, below: int | None = None
    ) -> Rows[VerdictLine]: ...
    async def verdict(self, name: str) -> ShownVerdict: ...
    async def check(self, envelope: Json, public_key: bytes | None = None) -> VerdictCheck: ...
    async def keys(self) -> Sequence[KnownKey]: ...
    async def rotate_key(self, by: str) -> RotatedKey: ...
    async def waivers(self) -> Sequence[Waiver]: ...
    async def add_waiver(self, wish: WaiverWish) -> WaiverChange: ...
    async def revoke_waiver(self, waiver_id: str, *, by: str, reason: str) -> WaiverChange: ...
    async def events(
        self, wanted: EventFilter, limit: int, below: int | None = None
    ) -> Rows[JournalEntry]: ...
    async def trace(
        self, trace_id: str, limit: int, after: int = 0
    ) -> tuple[Sequence[JournalEntry], int | None]: ...
    async def working_spec(self, path: Path, *, older: bool = False) -> TaskSpec: ...
    async def chain(self) -> ChainState: ...
