"""A cycle up to risk management, held in memory: its orders are told, none is sent, and nothing of it is recorded.

data -> arena -> backtest gate -> risk, and no further
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from quorate.cycle.ports import Step
from quorate.cycle.record import BookStage, CycleFacts, RecordedCycle, advanced, started_cycle
from quorate.cycle.service import CycleWish
from quorate.kernel.canonical import as_json
from quorate.kernel.ids import BookName, CycleId
from quorate.kernel.ports import Clock, IdSource
from quorate.kernel.stamps import stamp
from quorate.kernel.step_message import ACTION_OF, StepMessage, StepName

PREVIEWED: Final = (
    StepName.DATA_FETCHING,
    StepName.MARKET_ANALYSIS,
    StepName.BACKTESTING,
    StepName.RISK_MANAGEMENT,
)
"""The steps that decide; the two behind them act."""


class CyclePreview:
    """Walks the deciding steps of one book; what they would have committed is thrown away."""

    def __init__(
        self, *, book: BookName, clock: Clock, ids: IdSource, steps: Sequence[Step]
    ) -> None:
        self._book = book
        self._clock = clock
        self._ids = ids
        self._steps = {step.name: step for step in steps}

    async def of(self, wish: CycleWish) -> RecordedCycle:
        """Return the cycle as it would stand before its first order.

        Raises:
            UnavailableError: a step got no answer from the market, the arena or the broker.
            RejectedError: a step cannot be done.
        """
        facts = CycleFacts(
            cycle_id=CycleId(self._ids.ulid("cyc_")),
            book=self._book,
            number=0,
            trigger=wish.trigger,
            symbols=wish.symbols,
            trace_id=self._ids.trace_id(),
            token=0,
            session=wish.session,
            strategy=wish.strategy,
        )
        cycle = started_cycle(facts, BookStage())
        for name in PREVIEWED:
            result = await self._steps[name].run(cycle)
            tree = as_json(dict(result.data))
            said = StepMessage(
                agent=name,
                action=ACTION_OF[name],
                timestamp=stamp(self._clock.now()),
                success=True,
                data=tree if isinstance(tree, dict) else {},
            )
            cycle = advanced(cycle, said)
        return cycle
