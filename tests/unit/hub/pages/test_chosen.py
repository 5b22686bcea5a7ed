"""Chosen rows: each is acted on once, and what a rule holds back is told beside what was done."""

from quorate.hub.pages.chosen import MOST, act_on, told
from quorate.hub.pages.notices import Tone
from quorate.kernel.errors import ConflictError, RejectedError


class Acts:
    """Acts on everything but what a rule holds back; `idle` was so already."""

    def __init__(self, held=(), idle=()):
        self.held, self.idle, self.done = held, idle, []

    async def __call__(self, name):
        if name in self.held:
            raise RejectedError(f"{name} is over", effect="nothing was changed", fix="leave it")
        self.done.append(name)
        return name not in self.idle


async def test_one_that_is_held_back_does_not_hold_back_the_others():
    acts = Acts(held={"b"})
    outcome = await act_on(["a", "b", "c"], acts)
    assert acts.done == ["a", "c"]
    done, held = told(outcome, "task", "cancelled")
    assert (done.tone, done.title) == (Tone.GAIN, "2 tasks cancelled.")
    assert (held.tone, held.title) == (Tone.LOSS, "1 task held back.")
    assert held.text.startswith("B is over.")


async def test_each_is_acted_on_once_and_no_more_of_them_than_a_page_has():
    acts = Acts()
    await act_on(["a", "a", *map(str, range(2 * MOST))], acts)
    assert len(acts.done) == MOST
    assert acts.done[:2] == ["a", "0"]


async def test_that_nothing_was_chosen_is_said():
    (said,) = told(await act_on([], Acts()), "alert", "acknowledged")
    assert (said.tone, said.title) == (Tone.INFO, "Nothing was changed.")
    (same,) = told(await act_on(["a"], Acts(idle={"a"})), "alert", "acknowledged")
    assert same == said


async def test_who_came_first_is_not_overruled():
    async def late(name):
        raise ConflictError(f"{name} was moved", effect="nothing was changed", fix="look again")

    (held,) = told(await act_on(["a"], late), "task", "cancelled")
    assert held.tone is Tone.LOSS
