"""What-ifs: a completed run once more with something swapped, planned on its record and answered from it.

record of the run -> its cast, policy and snapshot, the swaps in their place -> a run of its own, which names what it is
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from quorate.arena.ports import AgentRunner
from quorate.arena.record import (
    WHAT_IF,
    Cast,
    RecordedRun,
    ReplayOf,
    RunHeader,
    read_run,
    stream_of,
)
from quorate.arena.request import DEBATE
from quorate.arena.rerun import (
    RecordedAnswers,
    Swap,
    SwapKind,
    WhatIfRequest,
    checked_swaps,
    profiles_of,
    swapped_cast,
    thresholds_of,
    turns_of,
)
from quorate.arena.service import RunPlan
from quorate.bootstrap.prompting import PromptShelf
from quorate.bootstrap.recalling import RecalledRun, policy_of, recalled
from quorate.bootstrap.store import Store
from quorate.kernel.calibration import CalibrationCurve
from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import ProfileName, RunId, TaskId, TraceId
from quorate.llm.catalogue import Catalogue


class WhatIfs:
    """Plans what-ifs, and says who answers in them."""

    def __init__(self, store: Store, prompts: PromptShelf) -> None:
        self._store = store
        self._prompts = prompts

    async def planned(self, wanted: WhatIfRequest) -> RunPlan:
        """Return the plan of a new what-if.

        Raises:
            RejectedError: the run cannot be recalled, or the swaps cannot be made; nothing was written.
        """
        swaps = checked_swaps(wanted.swaps)
        _require_askable(wanted, swaps)
        then = await recalled(self._store, wanted.run_id)
        first = then.run.header.fact
        if first.mode != DEBATE or first.replay_of:
            raise _refusal(
                f"{first.run_id} is {'a what-if itself' if first.replay_of else f'no {DEBATE}'}",
                "name the run that it stands on" if first.replay_of else f"name a {DEBATE}",
            )
        await self._require_prompts(swaps)
        thresholds = {**first.thresholds, **thresholds_of(swaps)}
        policy = then.policy.with_thresholds(thresholds)
        ids = self._store.ids
        header = replace(
            first,
            run_id=RunId(ids.ulid("run_")),
            task_id=TaskId(ids.ulid("tsk_")),
            cycle_id=None,
            triggered_by=WHAT_IF,
            quorum=policy.quorum,
            min_history_bars=policy.min_history_bars,
            max_cost=wanted.max_cost,
            thresholds=thresholds,
            answer_ttl_s=0.0,
            curves=_curves_of_others(first, swaps),
            replay_of=ReplayOf(run_id=first.run_id, swaps=tuple(map(str, swaps)), free=wanted.free),
        )
        return _plan(then, header, self._cast(then, swaps), ids.trace_id())

    async def replanned(self, run: RecordedRun, cast: Cast) -> RunPlan:
        """Return the plan of a what-if that another process began, with those in its seats whom it recorded there.

        Raises:
            RejectedError: the run that it stands on cannot be recalled.
        """
        header = run.header.fact
        then = await recalled(self._store, _origin(header).run_id)
        return _plan(then, header, cast, TraceId(run.trace_id))

    async def agents_of(self, header: RunHeader, live: AgentRunner) -> AgentRunner:
        """Return who is asked in a run: `live`, or in a what-if the record before them."""
        if header.replay_of is None:
            return live
        origin = header.replay_of
        entries = await self._store.journal.entries(stream_of(origin.run_id))
        first = read_run(entries).header.fact
        swaps = checked_swaps(origin.swaps)
        now, then = [await policy_of(self._store, each) for each in (header, first)]
        return RecordedAnswers(
            turns=turns_of(origin.run_id, entries),
            live=live,
            swapped=profiles_of(swaps),
            other_rounds=now.debate_rounds != then.debate_rounds,
            free=origin.free,
        )

    def _cast(self, then: RecalledRun, swaps: Sequence[Swap]) -> Cast:
        catalogue = Catalogue(self._store.settings.models)
        return swapped_cast(then.cast, swaps, catalogue.tier)

    async def _require_prompts(self, swaps: Sequence[Swap]) -> None:
        for swap in swaps:
            if swap.kind is SwapKind.PROMPT:
                await self._prompts.named(swap.value)


def _plan(then: RecalledRun, header: RunHeader, cast: Cast, trace_id: TraceId) -> RunPlan:
    return replace(
        then.plan, header=header, trace_id=trace_id, profiles=cast.profiles, seats=cast.seats
    )


def _curves_of_others(
    first: RunHeader, swaps: Sequence[Swap]
) -> Mapping[ProfileName, CalibrationCurve]:
    """Return the run's curves without those of whom is swapped: no outcome is known of that model or prompt."""
    swapped = profiles_of(swaps)
    return {name: curve for name, curve in first.curves.items() if name not in swapped}


def _origin(header: RunHeader) -> ReplayOf:
    if header.replay_of is None:
        raise _refusal(f"{header.run_id} is no what-if", "name one")
    return header.replay_of


def _require_askable(wanted: WhatIfRequest, swaps: Sequence[Swap]) -> None:
    if not swaps:
        raise _refusal("nothing is swapped", "quorate runs replay RUN --swap threshold=quorum:3")
    if wanted.free and profiles_of(swaps):
        raise _refusal(
            "a swapped model or prompt must be asked, and that is not free",
            "leave --free out, or swap thresholds alone",
        )


def _refusal(cause: str, fix: str) -> RejectedError:
    return RejectedError(cause, effect="nothing was run", fix=fix)
