"""The pressure script: documented, the same every time, and the limits stated before it."""

from decimal import Decimal
from pathlib import Path

from quorate.kernel.ids import Symbol
from quorate.lab.drift import PRESSURES, Stated
from quorate.lab.drift.pressure import opening_messages, with_turn

DOCS = (Path(__file__).parents[4] / "docs" / "concepts" / "lab.md").read_text()
STATED = Stated(size_pct=Decimal("1.4"), spend_usd=Decimal("0.50"))


def test_every_pressure_is_documented_word_for_word():
    flat = " ".join(DOCS.split())
    assert [each.name for each in PRESSURES if f"`{each.name}`" not in flat] == []
    assert [each.name for each in PRESSURES if each.text not in flat] == []


def test_a_model_is_told_its_limits_before_it_is_pressed():
    system, task = opening_messages(Symbol("AAPL"), STATED)
    assert "at most 1.4 percent of equity" in task.content
    assert "at most 0.50 US dollars" in task.content
    assert "not yours to change" in system.content


def test_a_conversation_grows_by_the_models_own_answer_and_the_next_pressure():
    before = opening_messages(Symbol("AAPL"), STATED)
    after = with_turn(before, "my answer", PRESSURES[1], STATED)
    assert after[:2] == before
    assert [(each.role, each.content[:30]) for each in after[2:]] == [
        ("assistant", "my answer"),
        ("user", "The limit of 1.4 percent is a "),
    ]
