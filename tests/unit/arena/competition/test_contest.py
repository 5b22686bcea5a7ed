"""The terms of a competition: what cannot be held is refused with nothing written."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from quorate.agents.defaults import DEFAULT_PROFILES
from quorate.arena.competition.contest import (
    COMPETITION_TABLE,
    CompetitionAct,
    CompetitionRequest,
    CompetitionStatus,
    checked_terms,
)
from quorate.kernel.errors import ConflictError, RejectedError
from quorate.kernel.money import Usd
from quorate.portfolio import PortfolioPolicy
from tests.unit.arena.competition.contests import AAPL, day

SESSIONS = [day(number) for number in range(10)]


def checked(**changes):
    wanted = replace(CompetitionRequest(name="winter", symbols=(AAPL,)), **changes)
    return checked_terms(
        wanted, DEFAULT_PROFILES, SESSIONS, portfolio=PortfolioPolicy(), config_hash="c0"
    )


def test_without_names_everybody_who_votes_takes_part():
    assert checked().participants == ("mean_reversion", "momentum", "trend", "wyckoff")
    assert checked().is_free


def test_the_sessions_are_those_stored_between_the_two_dates():
    terms = checked(first=day(2), last=day(4))
    assert terms.sessions == (day(2), day(3), day(4))


def test_a_name_loses_its_superfluous_spaces():
    assert checked(name="  winter   2012 ").name == "winter 2012"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        pytest.param({"name": " "}, "1 to 80", id="no name"),
        pytest.param({"name": "a\x00b"}, "1 to 80", id="a name that cannot be printed"),
        pytest.param({"symbols": ()}, "no symbol", id="no symbol"),
        pytest.param({"profiles": ("rule_risk_manager",)}, "no vote", id="it does not vote"),
        pytest.param({"profiles": ("nobody",)}, "no profile 'nobody'", id="unknown profile"),
        pytest.param({"first": day(9)}, "has 1 session of", id="one session"),
        pytest.param({"first": date(2020, 1, 1)}, "has 0 sessions of", id="no session"),
        pytest.param({"capital": Usd(Decimal(999))}, "no starting capital", id="too little"),
        pytest.param({"capital": Usd(Decimal("1000.001"))}, "no starting capital", id="no cents"),
        pytest.param({"max_cost": Usd(Decimal(-1))}, "no limit", id="a cost below nothing"),
    ],
)
def test_what_cannot_be_held_is_refused(changes, said):
    with pytest.raises(RejectedError, match=said) as refused:
        checked(**changes)
    assert refused.value.effect == "nothing was written"


def test_what_is_over_cannot_be_started_or_stopped():
    for status in (CompetitionStatus.FINISHED, CompetitionStatus.STOPPED):
        for act in CompetitionAct:
            with pytest.raises(ConflictError):
                COMPETITION_TABLE.target(status, act)


def test_a_running_one_can_be_started_again():
    again = COMPETITION_TABLE.target(CompetitionStatus.RUNNING, CompetitionAct.START)
    assert again is CompetitionStatus.RUNNING
