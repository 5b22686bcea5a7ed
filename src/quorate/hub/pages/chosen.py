"""Chosen rows: one act on several things at once; one that a rule holds back does not hold back the others."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from quorate.arena.record.phrases import count
from quorate.hub.pages.notices import Notice, Tone, refusal_notice
from quorate.kernel.errors import ConflictError, QuorateError, RejectedError, UnavailableError

MOST: Final = 100
"""Rows of the longest page of a list: nobody can choose more by its boxes."""

HELD: Final = (RejectedError, ConflictError, UnavailableError)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many of the chosen were changed, and why the others were not."""

    applied: int
    refused: Mapping[str, QuorateError]


async def act_on(chosen: Iterable[str], act: Callable[[str], Awaitable[bool]]) -> Outcome:
    """Act on each of the first `MOST` of those that were chosen, each once; `act` tells whether it changed anything."""
    applied, refused = 0, dict[str, QuorateError]()
    for name in list(dict.fromkeys(chosen))[:MOST]:
        try:
            applied += await act(name)
        except HELD as error:
            refused[name] = error
    return Outcome(applied, refused)


def told(outcome: Outcome, thing: str, done: str) -> Sequence[Notice]:
    """Return what to say of it: "3 tasks cancelled.", and of those held back how many and the first reason."""
    said = []
    if outcome.applied:
        title = f"{count(outcome.applied, thing)} {done}."
        said.append(Notice(tone=Tone.GAIN, title=title, text=""))
    if outcome.refused:
        first = refusal_notice(next(iter(outcome.refused.values())))
        title = f"{count(len(outcome.refused), thing)} held back."
        said.append(Notice(tone=Tone.LOSS, title=title, text=f"{first.title} {first.text}"))
    if not said:
        text = f"No {thing} was chosen that could be changed."
        said.append(Notice(tone=Tone.INFO, title="Nothing was changed.", text=text))
    return said
