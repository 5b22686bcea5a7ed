from dataclasses import replace

from quorate.agents.profile import Mode, Role
from quorate.arena.seats import seats_of
from tests.unit.arena.casts import profile


def seated(*profiles):
    named = [replace(each, provider="openai", model="small", max_tokens=9) for each in profiles]
    seats = seats_of(named, {"openai"})
    return [each.name for each in seats.speakers], [each.name for each in seats.panel]


def test_advocates_and_analysts_argue_and_the_judge_decides():
    assert seated(
        profile("bull", Role.BULL),
        profile("tech", Role.TECHNICAL_ANALYST),
        profile("risk", Role.RISK_MANAGER),
        profile("judge", Role.JUDGE),
    ) == (["bull", "tech", "risk"], ["judge"])


def test_who_sits_on_the_panel_does_not_argue_before_it():
    always = replace(profile("macro", Role.TECHNICAL_ANALYST), mode=Mode.ALWAYS)
    assert seated(always) == ([], ["macro"])


def test_who_is_off_or_cannot_be_asked_has_no_seat():
    off = replace(profile("bull", Role.BULL), enabled=False)
    assert seated(off) == ([], [])
    assert seats_of([profile("tech", Role.TECHNICAL_ANALYST)], {"openrouter"}).speakers == ()
