"""Traders on both databases: versions under guards, frozen into competitions, and decided for by several agents."""

from __future__ import annotations

import asyncio

import pytest

from quorate.arena.competition.contest import CompetitionRequest, CompetitionStatus
from quorate.arena.competition.trader import UnfitTraderError
from quorate.kernel.action import FinalAction
from quorate.kernel.errors import ConflictError, RejectedError
from quorate.kernel.ids import ProfileName
from tests.integration.homes import opened_home
from tests.integration.test_competitions import WANTED, Enough, books
from tests.integration.test_opening import home, seeded, store_of

__all__ = ["home", "seeded"]

pytestmark = pytest.mark.integration

TRIO = {"name": "trio", "profiles": ["trend", "momentum", "wyckoff"], "entryEquity": "0.02"}


def asked(**changes):
    usual = {name: getattr(WANTED, name) for name in ("name", "symbols", "first", "last")}
    return CompetitionRequest(**(usual | changes))


async def test_versions_are_made_under_what_was_seen(home):
    async with opened_home(*home) as app:
        traders = app.competitions.traders
        made = await traders.add(TRIO, by="ann")
        assert (made.applied, made.registered.version) == (True, 1)
        with pytest.raises(ConflictError, match="a trader already"):
            await traders.add(TRIO)
        seen = made.registered.revision
        after = await traders.edit("trio", {"maxDrawdown": "0.05"}, seen=seen, by="bob")
        assert (after.applied, after.registered.version) == (True, 2)
        assert not (await traders.edit("trio", {"maxDrawdown": "0.05"})).applied
        with pytest.raises(ConflictError) as refused:
            await traders.edit("trio", {"title": "late"}, seen=seen)
        assert refused.value.slug == "precondition-failed"
        assert (await traders.archive("trio", by="ann")).applied
        assert not (await traders.archive("trio", by="ann")).applied
        with pytest.raises(RejectedError, match="archived"):
            await traders.edit("trio", {"title": "gone"})
        steps = await traders.history("trio")
        assert [(step.kind, step.by) for step in steps] == [
            ("created", "ann"),
            ("changed", "bob"),
            ("archived", "ann"),
        ]
        assert [each.trader.archived for each in await traders.roster()] == [True]
        verified = await app.verify(projections=True, against=None)
        assert verified.ok, verified.problems


async def test_of_two_who_edit_at_once_one_is_refused(home):
    async with opened_home(*home) as app:
        traders = app.competitions.traders
        seen = (await traders.add(TRIO)).registered.revision
        edits = [traders.edit("trio", {"title": f"by {n}"}, seen=seen) for n in range(2)]
        ends = await asyncio.gather(*edits, return_exceptions=True)  # noqa: TID251  (both ends are wanted)
        assert sorted(isinstance(end, ConflictError) for end in ends) == [False, True]
        assert (await traders.show("trio")).version == 2


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"profiles": ["trend", "nobody"]}, "nobody: no agent of that name"),
        ({"profiles": ["trend", "rule_risk_manager"]}, "rule_risk_manager: no agent of that name"),
        ({"profiles": [], "strategy": "none-such"}, "there is no strategy 'none-such'"),
    ],
)
async def test_who_cannot_decide_is_refused_and_nothing_is_written(home, changes, said):
    async with opened_home(*home) as app:
        head = store_of(app).rows()[-1].seq
        with pytest.raises(UnfitTraderError, match=said):
            await app.competitions.traders.add(TRIO | changes)
        with pytest.raises(ConflictError, match="an agent already"):
            await app.competitions.traders.add(TRIO | {"name": "trend"})
        assert store_of(app).rows()[-1].seq == head


async def test_several_agents_decide_for_one_book_and_it_folds_again(home):
    async with opened_home(*home) as app:
        await app.competitions.traders.add(TRIO)
        wanted = asked(traders=("trio",), profiles=(ProfileName("mean_reversion"),))
        made = await app.competitions.create(wanted, "the test")
        assert made.terms.participants == ("mean_reversion", "trio")
        assert [str(each.name) for each in made.terms.profiles] == [
            *("mean_reversion", "momentum"),
            *("trend", "wyckoff"),
        ]
        await app.competitions.traders.edit("trio", {"profiles": ["trend"]})
        done = await app.competitions.play(made.competition_id)
        assert done.status is CompetitionStatus.FINISHED
        (entrant,) = done.terms.traders
        assert (entrant.version, len(entrant.members)) == (1, 3)
        together = [each for played in done.rounds[:-1] for each in played.books[1].decided]
        assert len(together) == len(done.terms.symbols) * (len(done.rounds) - 1)
        assert {made.profile for made in together} == {"trio"}
        assert any(made.action is not FinalAction.NO_TRADE for made in together)
        verified = await app.verify(projections=True, against=None)
        assert verified.ok, verified.problems


async def test_a_trader_that_was_left_goes_on_with_the_same_bytes(home):
    async with opened_home(*home) as app:
        await app.competitions.traders.add(TRIO)
        wanted = asked(traders=("trio",))
        whole = await app.competitions.play(
            (await app.competitions.create(wanted, "the test")).competition_id
        )
        left = (await app.competitions.create(wanted, "the test")).competition_id
        await app.competitions.play(left, is_enough=Enough(4))
    async with opened_home(*home) as app:
        assert books(await app.competitions.play(left)) == books(whole)


async def test_one_agent_has_one_book(home):
    async with opened_home(*home) as app:
        await app.competitions.traders.add(TRIO)
        with pytest.raises(RejectedError, match="trend would decide for two books"):
            await app.competitions.create(
                asked(traders=("trio",), profiles=(ProfileName("trend"),)), "the test"
            )
        await app.competitions.traders.archive("trio")
        with pytest.raises(RejectedError, match="is archived"):
            await app.competitions.create(asked(traders=("trio",)), "the test")
        with pytest.raises(RejectedError, match="there is no trader 'duo'"):
            await app.competitions.create(asked(traders=("duo",)), "the test")


async def test_a_traders_own_limits_hold_for_its_book_alone(home):
    async with opened_home(*home) as app:
        await app.competitions.traders.add(TRIO | {"maxOrderEquity": "0.001"})
        made = await app.competitions.create(asked(traders=("trio",)), "the test")
        assert str(made.terms.limits_of("trio").max_order_equity) == "0.001"
        assert str(made.terms.limits_of("buy_and_hold").max_order_equity) == "0.05"
        done = await app.competitions.play(made.competition_id)
        bought = [
            fill.notional
            for played in done.rounds
            for fill in played.books[0].fills
            if fill.reason == "entry"
        ]
        assert all(notional <= 101 for notional in bought)
