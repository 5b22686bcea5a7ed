from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from quorate.scoring.anonymity import Anonymiser, points_at_somebody
from quorate.scoring.data_point import Provenance, data_point
from quorate.scoring.exporting import exported
from quorate.scoring.gates import gated
from quorate.scoring.sample import CallSample, GroupBy, aggregated, percentile
from quorate.scoring.trend import degradations

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
NOW = "2026-11-21T00:00:00.000000Z"
SALT = b"0123456789abcdef"
JUDGED = Provenance(verdict_id="vrd_1", signature="ab" * 32, config_hash="c0", compliant=True)


def sample(seq=1, **changes):
    usual = {
        "asked_at": AT + timedelta(seconds=seq),
        "run_id": "run_1",
        "trace_id": "t",
        "book": "replay",
        "agent": "trend",
        "role": "trend",
        "model": "trend/1",
        "purpose": "answer",
        "failure": "",
        "fallback": False,
        "views": 1,
        "abstained": 0,
        "latency_ms": 2.0,
        "cost": Decimal(0),
        "quality": 0.8,
        "text": "answer about 1 symbols as of 2012-06-29",
    }
    return CallSample(seq=seq, **(usual | changes))


def point(**changes):
    return data_point(sample(**changes), "local", JUDGED, Anonymiser(SALT))


def test_turns_are_added_up_by_name():
    samples = [
        sample(1, cost=Decimal("0.01"), prompt_tokens=5, quality=1.0),
        sample(2, failure="provider_error", cost=None, quality=None),
        sample(3, agent="wyckoff", latency_ms=9.0),
    ]
    trend, wyckoff = aggregated(samples, GroupBy.AGENT)
    assert (trend.turns, trend.success_rate, trend.quality, trend.outcomes) == (2, 0.5, 1.0, 1)
    assert (trend.cost, trend.unpriced, trend.tokens) == (Decimal("0.01"), 1, 5)
    assert (wyckoff.turns, wyckoff.latency_p95_ms) == (1, 9.0)
    assert [each.name for each in aggregated(samples, GroupBy.MODEL)] == ["trend/1"]
    assert aggregated(samples, GroupBy.ROLE, since=AT + timedelta(seconds=4)) == ()


def test_a_percentile_is_one_of_the_values():
    assert percentile([3, 1, 2], 0.5) == 2
    assert percentile([5], 0.99) == 5


def test_a_fall_beyond_chance_is_told_and_a_small_one_is_not():
    well = [sample(seq, quality=0.8 + (seq % 2) * 0.01) for seq in range(40)]
    worse = [sample(40 + seq, quality=0.5) for seq in range(20)]
    (fallen,) = degradations([*well, *worse])
    assert (fallen.name, fallen.measure) == ("trend", "the quality")
    assert "fell from 0.8" in fallen.text
    assert degradations(well) == ()
    assert degradations([*well, *(sample(40 + seq, quality=0.79) for seq in range(20))]) == ()


def test_an_agent_that_stops_answering_is_told_of():
    samples = [sample(seq) for seq in range(30)]
    broken = [sample(30 + seq, failure="provider_error", quality=None) for seq in range(20)]
    assert [each.measure for each in degradations([*samples, *broken])] == ["the success rate"]


def test_names_become_keyed_hashes():
    one, other = Anonymiser(SALT), Anonymiser(SALT[::-1])
    assert one.hashed("tenant", "local") == one.hashed("tenant", "local")
    assert one.hashed("tenant", "local") != other.hashed("tenant", "local")
    assert one.hashed("tenant", "local") != one.hashed("agent", "local")
    with pytest.raises(ValueError, match="16"):
        Anonymiser(b"short")


@pytest.mark.parametrize(
    "text",
    [
        "ask anna@example.org",
        "from 192.168.1.20",
        "call +41 44 123 45 67",
        "account 12345678901",
        "key sk-abcdefghijkl",
        "in /home/anna/notes",
    ],
)
def test_a_text_loses_what_points_at_somebody(text):
    assert points_at_somebody(text)
    assert not points_at_somebody(Anonymiser(SALT).plain(text))


def test_a_good_point_passes_and_names_nobody():
    made = point()
    assert gated(made, now=NOW).passed
    assert "local" not in str(made)
    assert made["routing"]["agentId"] != "trend"
    assert made["caws"]["verdictId"] == "vrd_1"


@pytest.mark.parametrize(
    ("path", "value", "why"),
    [
        ("identity.id", "", "missing"),
        ("identity.tenantId", "local", "keyed hash"),
        ("identity.timestamp", "2027-01-01T00:00:00.000000Z", "future"),
        ("task.complexity", "hard", "none of"),
        ("task.description", "ask anna@example.org", "personal"),
        ("execution.latencyMs", -1.0, "count"),
        ("execution.latencyMs", 10.0**9, "longer than a day"),
        ("evaluation.overallScore", 1.2, "[0, 1]"),
        ("evaluation.overallScore", True, "[0, 1]"),
        ("rlLabels.finalOutcome", "great", "none of"),
    ],
)
def test_a_bad_point_is_quarantined_with_its_reason(path, value, why):
    made = point()
    first, second = path.split(".")
    bad = {**made, first: {**made[first], second: value}}
    found = gated(bad, now=NOW)
    assert not found.passed
    assert why in " ".join(found.errors)
    assert exported([bad], now=NOW).quarantined[0][1] == found.errors


def test_a_success_with_a_low_score_is_a_warning():
    weak = point(quality=0.0, cost=None, completion_tokens=4000)
    low = {**weak, "evaluation": {**weak["evaluation"], "overallScore": 0.4}}
    found = gated(low, now=NOW, p99_ms=0.1)
    assert found.passed
    assert len(found.warnings) == 2


def test_an_export_takes_what_is_good_and_counts_the_rest():
    points = [
        point(seq=1),
        point(seq=2, quality=None),
        point(seq=3, failure="provider_error", cost=None, quality=None),
        point(seq=4),
        point(seq=5),
    ]
    found = exported(points, now=NOW, most=2)
    assert (len(found.points), found.pending, found.below, found.left) == (2, 1, 1, 1)
    assert found.enough_for == ()


def test_a_turn_without_a_verdict_scores_nothing_for_safety():
    made = data_point(sample(), "local", replace(JUDGED, compliant=False), Anonymiser(SALT))
    assert made["evaluation"]["rubricScores"]["safety"] == 0.0
