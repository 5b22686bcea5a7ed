"""What the command line needs of results."""

# ruff: noqa: D102  (the promises stand at `bootstrap.results.Results`)

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from quorate.results.standing import ResultFilter, ResultLine, ResultPage, ResultPlace


class Results(Protocol):
    """What verified runs concluded."""

    async def page(
        self, wanted: ResultFilter, most: int, after: ResultPlace | None
    ) -> ResultPage: ...
    def follow(self) -> AsyncIterator[ResultLine]: ...
