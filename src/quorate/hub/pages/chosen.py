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
    """How many of the chosen were changed, why others were not, and how many were so already."""

    applied: int
    refused: Mapping[str, QuorateError]
    same: int = 0


async def act_on(chosen: Iterable[str], act: Callable[[str], Awaitable[bool]]) -> Outcome:
    """Act on each of the first `MOST` of those that were chosen, each once; `act` tells whether it changed anything."""
    applied, refused = 0, dict[str, QuorateError]()
    names = list(dict.fromkeys(chosen))[:MOST]
    for name in names:
        try:
            applied += await act(name)
        except HELD as error:
            refused[name] = error
    return Outcome(applied, refused, len(names) - applied - len(refused))


def told(
    outcome: Outcome, thing: str, done: str, named: Callable[[str], str] = str
) -> Sequence[Notice]:
    """Return what to say of it: "3 tasks cancelled.", and of each that was held back why, by what it is `named`."""
    said = []
    if outcome.applied:
        title = f"{count(outcome.applied, thing)} {done}."
        said.append(Notice(tone=Tone.GAIN, title=title, text=""))
    if outcome.refused:
        said.append(_held_back(outcome.refused, thing, named))
    if said and outcome.same:
        stands = "stands as it did" if outcome.same == 1 else "stand as they did"
        title = f"{count(outcome.same, thing)} {stands}."
        said.append(Notice(tone=Tone.INFO, title=title, text=""))
    if not said:
        text = f"No {thing} was chosen that could be changed."
        said.append(Notice(tone=Tone.INFO, title="Nothing was changed.", text=text))
    return said


def _held_back(
    refused: Mapping[str, QuorateError], thing: str, named: Callable[[str], str]
) -> Notice:
    title = f"{count(len(refused), thing)} held back."
    why = {name: refusal_notice(error) for name, error in refused.items()}
    if len(why) == 1:
        (one,) = why.values()
        return Notice(tone=Tone.LOSS, title=title, text=f"{one.title} {one.text}")
    lines = (f"{named(name)}: {each.title} {each.text}".strip() for name, each in why.items())
    return Notice(tone=Tone.LOSS, title=title, text="", lines=tuple(lines))
