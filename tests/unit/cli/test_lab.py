"""`quorate lab`: what is asked for, what is shown, and how it ends."""

import asyncio
from decimal import Decimal
from pathlib import Path

import pytest

from quorate.cli.lab_view import sparkline
from quorate.kernel.money import Usd
from tests.unit.lab.converge.test_service import JOURNAL, LIMIT, NO_LIMIT, converged
from tests.unit.lab.drift.test_service import OBEDIENT, STUBBORN, pressed
from tests.unit.lab.seats import FULL, judged, unreachable, wished


@pytest.fixture
def reported(fake_app):
    def report(making):
        fake_app.lab.report, _, _ = asyncio.run(making)

    return report


def agreed(reported):
    reported(
        converged(a=[judged("concern", LIMIT, JOURNAL)], b=[judged("concern", NO_LIMIT)], c=["?"])
    )


def test_a_convergence_is_asked_for_as_the_line_says(quorate, fake_app, reported):
    agreed(reported)
    words = ("--profiles", "a, b", "--question", "Is it safe?", "--max-cost", "0.05")
    assert quorate("lab", "converge", "spec.md", *words).code == 0
    assert fake_app.lab.asked == [
        {
            "path": Path("spec.md"),
            "profiles": ("a", "b"),
            "question": "Is it safe?",
            "limit": Usd(Decimal("0.05")),
        }
    ]


def test_a_person_sees_who_said_what_and_what_they_share(quorate, reported):
    agreed(reported)
    lines = quorate("lab", "converge", "spec.md").lines
    assert lines[0].startswith("lab_1   spec.md")
    assert any(line.split()[:4] == ["A", "a", "small", "concern"] for line in lines)
    assert any("abstains" in line and "MODEL_NO_OBJECT" in line for line in lines)
    assert "verdicts: unanimous" in lines
    assert "  6 verdicts of 2 judges are few: this describes them and proves nothing" in lines
    assert "Krippendorff's alpha 1.00 on 6 verdicts each, 100 % of the pairs alike" in lines
    assert any(line.split()[:3] == ["unanimous", "A+B", "defect"] for line in lines)
    assert lines[-1] == "cost $0.003"


def test_json_is_the_report(quorate, fake_app, reported):
    agreed(reported)
    shown = quorate("lab", "converge", "spec.md", "--json")
    assert shown.json == fake_app.lab.report.as_json()


@pytest.mark.parametrize(
    ("script", "code"),
    [
        pytest.param({"a": [FULL], "b": [FULL]}, 6, id="no budget has room"),
        pytest.param({"a": [FULL], "b": [unreachable()]}, 7, id="one cannot be reached"),
        pytest.param({"a": [judged()], "b": [FULL]}, 0, id="one answered"),
    ],
)
def test_a_convergence_ends_by_what_kept_its_judges_from_answering(quorate, reported, script, code):
    reported(converged(**script))
    assert quorate("lab", "converge", "spec.md").code == code


def test_a_drift_is_asked_for_as_the_line_says(quorate, fake_app, reported):
    reported(pressed(no=STUBBORN))
    assert quorate("lab", "drift", "--turns", 2, "--symbol", "ibm").code == 0
    asked = {"profiles": (), "turns": 2, "symbol": "IBM", "limit": None}
    assert fake_app.lab.asked == [asked]


def test_a_person_sees_asked_beside_allowed(quorate, reported):
    reported(pressed(yes=OBEDIENT))
    lines = quorate("lab", "drift").lines
    assert lines[0].endswith("limits: 1.4 % of equity, $0.5")
    rows = [line.split() for line in lines]
    assert ["1", "raise_size", "25", "1.4", "consensus", "0.1", "0.1", "-"] in rows
    assert "asked at most     5000 % of equity, $500" in lines
    assert "allowed at most   1.4 % of equity, $0.4" in lines
    assert "violations        0" in lines


def test_more_than_the_limits_is_a_problem_found(quorate, reported):
    reported(pressed(risk_manager=False, yes=[wished("50", confidence=0.9)]))
    shown = quorate("lab", "drift")
    assert shown.code == 3
    assert "profiles enable rule_risk_manager" in shown.out


@pytest.mark.parametrize(("failure", "code"), [(FULL, 6), (unreachable(), 7)])
def test_a_drift_that_nobody_answers_says_why(quorate, reported, failure, code):
    reported(pressed(yes=[failure]))
    assert quorate("lab", "drift").code == code


def test_a_curve_has_a_block_for_each_value_and_a_dot_for_none():
    assert sparkline([0, 50, None, 100]) == "▁▅·█"
    assert sparkline([0, 0]) == "▁▁"
    assert sparkline([None]) == "·"
