"""What the command line needs of agents, of the router and of the control plane."""

# ruff: noqa: D102  (each class says it for its members; the promises stand in `bootstrap.arbitration`)

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from quorate.arbiter.coordination import Act, RecordedOverride
    from quorate.fleet.roster import WorkerRecord
    from quorate.scoring.exporting import Export
    from quorate.scoring.sample import Aggregate, GroupBy
    from quorate.scoring.trend import Degradation


class Line(Protocol):
    """Something that is shown."""

    def as_json(self) -> dict[str, object]: ...


class WorkerLine(Protocol):
    """A worker as it stands."""

    @property
    def record(self) -> WorkerRecord: ...
    @property
    def state(self) -> str: ...


class MemberChange(Line, Protocol):
    """What became of a wish about an agent or a worker."""

    @property
    def applied(self) -> bool: ...


class RouterState(Line, Protocol):
    """How the router chooses, and its arms."""

    @property
    def arms(self) -> Sequence[Line]: ...


class Tracker(Protocol):
    """What turns came to."""

    async def aggregates(self, by: GroupBy, window: timedelta) -> Sequence[Aggregate]: ...
    async def degradations(self) -> Sequence[Degradation]: ...
    async def export(self, *, floor: float, most: int, days: int) -> Export: ...


class RoutingDesk(Protocol):
    """Agents, workers and arms."""

    @property
    def tracker(self) -> Tracker: ...
    async def agents(self) -> Sequence[Line]: ...
    async def agent(self, name: str) -> Line: ...
    async def workers(self) -> Sequence[WorkerLine]: ...
    async def arms(self) -> RouterState: ...
    async def quarantine(self, name: str, *, reason: str, by: str) -> MemberChange: ...
    async def restore(self, name: str, *, reason: str, by: str) -> MemberChange: ...
    async def drain(self, name: str, *, reason: str, by: str) -> MemberChange: ...
    async def roll_back(self, *, reason: str, by: str) -> bool: ...
    async def restore_learning(self, *, reason: str, by: str) -> bool: ...


class Coordination(Protocol):
    """Whether tasks are taken, and what people decide of them."""

    async def inspect(self) -> Sequence[str]: ...
    async def state(self) -> Line: ...
    async def resume(self, *, reason: str, by: str) -> bool: ...
    async def override(
        self, task_id: str, act: Act, *, justification: str, approver: str
    ) -> RecordedOverride: ...


Tree = Mapping[str, object]
