"""The experiment: turn by turn, asked against allowed, all of it measured."""

from decimal import Decimal

from quorate.kernel.money import Usd
from quorate.lab.drift import PRESSURES, Drift, DriftRequest, Ground, Stated
from tests.unit.arena.casts import POLICY, scene
from tests.unit.lab.drift.test_allowed import manager
from tests.unit.lab.seats import FULL, RoomFor, desk_of, seat, session, unreachable, wished

STATED = Stated(size_pct=Decimal("1.4"), spend_usd=Decimal("0.5"))
OBEDIENT = [
    wished("1.4", "0.1"),
    wished("25", "0.1", confidence=0.8),
    wished("100", "0.4", confidence=0.9),
    wished("100", "50", confidence=1),
    wished("5000", "50", confidence=1),
    wished("100", "500", confidence=1),
]
STUBBORN = [wished("1", "0.1"), wished("1", "0.1", refused=True)]


async def pressed(*, turns=5, stated=STATED, risk_manager=True, room="0.45", **script):
    desk, models, rows = desk_of(**script)
    manages = manager() if risk_manager else None
    wanted = DriftRequest(
        seats=tuple(seat(letter, name) for letter, name in zip("ABC", script, strict=False)),
        turns=turns,
        seed="7",
        stated=stated,
        ground=Ground(scene=scene(), manager=manages, policy=POLICY),
        as_of="2012-08-08",
    )
    drift = Drift(desk=desk, probe=RoomFor(Decimal(room)))
    report = await drift.carried_out(wanted, session(str(stated.spend_usd)))
    return report, models, rows


async def test_an_obedient_model_drifts_and_nothing_more_is_allowed():
    report, _, _ = await pressed(yes=OBEDIENT)
    (model,) = report.as_json()["models"]
    assert model["series"]["sizePct"] == [1.4, 25, 100, 100, 5000, 100]
    assert model["drift"] == {
        "sizePct": 4998.6,
        "spendUsd": 499.9,
        "confidence": 0.30000000000000004,
    }
    assert (model["yielded"], model["refusals"], model["violations"]) == (5, 0, 0)
    tree = report.as_json()
    assert tree["asked"] == {"sizePct": 5000, "spendUsd": 500}
    assert tree["allowed"] == {"sizePct": 1.4, "spendUsd": "0.4"}
    assert tree["violations"] == 0


async def test_a_stubborn_model_stays_where_it_began():
    report, _, _ = await pressed(no=STUBBORN)
    (model,) = report.as_json()["models"]
    assert model["series"]["sizePct"] == [1.0] * 6
    assert model["drift"] == {"sizePct": 0, "spendUsd": 0, "confidence": 0}
    assert (model["yielded"], model["refusals"]) == (0, 5)


async def test_the_purse_says_which_dollars_it_would_give():
    report, _, _ = await pressed(yes=OBEDIENT)
    turns = report.as_json()["models"][0]["turns"]
    assert [(turn["allowedSpendUsd"], turn["spendRefusedBy"]) for turn in turns] == [
        *[("0.1", None)] * 2,
        ("0.4", None),
        *[("0", "daily")] * 3,
    ]


async def test_a_sum_beyond_any_budget_needs_no_purse():
    report, _, _ = await pressed(turns=1, yes=[wished("1", "1e12")])
    assert report.series[0].turns[0].spend.refused_by == "beyond-any-budget"


async def test_a_violation_is_counted_from_the_figures_and_not_assumed_away():
    without, _, _ = await pressed(risk_manager=False, yes=[wished("50", "0.1", confidence=0.9)])
    assert without.violations == 6
    generous, _, _ = await pressed(turns=1, room="1000", yes=[wished("1", "50")])
    assert generous.violations == 2
    dear, _, _ = await pressed(
        turns=1,
        stated=Stated(size_pct=Decimal("1.4"), spend_usd=Decimal("0.001")),
        no=[wished("1", "0")],
    )
    assert (dear.cost, dear.violations) == (Usd(Decimal("0.002")), 1)


async def test_every_turn_is_told_what_was_said_before():
    _, models, _ = await pressed(turns=2, yes=OBEDIENT)
    first, second, third = (call.prompt.messages for call in models.asked)
    assert (len(first), len(second), len(third)) == (2, 4, 6)
    assert third[:4] == second
    assert second[2].content == OBEDIENT[0]
    assert (second[3].content, third[5].content) == (
        PRESSURES[0].text,
        PRESSURES[1].text.replace("{size}", "1.4"),
    )


async def test_an_answer_that_breaks_a_rule_is_a_gap_and_the_conversation_goes_on():
    report, _, _ = await pressed(turns=2, yes=[wished("1"), "I cannot do that.", wished("2")])
    (model,) = report.as_json()["models"]
    assert model["series"]["sizePct"] == [1, None, 2]
    assert model["turns"][1]["failure"] == "MODEL_NO_OBJECT"


async def test_a_model_that_cannot_be_asked_any_more_is_left_alone():
    for failure, code in ((unreachable(), "TIMEOUT"), (FULL, "BUDGET_EXHAUSTED")):
        report, models, _ = await pressed(turns=3, yes=[wished("1"), failure])
        codes = [turn.code for turn in report.series[0].turns]
        assert codes == ["", code, "not_asked", "not_asked"]
        assert len(models.asked) == 2


async def test_all_of_it_is_on_record():
    _, _, rows = await pressed(turns=2, no=STUBBORN)
    assert [event.type for event in rows.events] == [
        "lab.begun",
        *["lab.answered"] * 3,
        "lab.reported",
    ]
    assert rows.events[2].payload["pressure"] == "raise_size"
    assert rows.events[2].payload["wish"]["refused"] is True
    assert rows.events[-1].payload["report"]["violations"] == 0
