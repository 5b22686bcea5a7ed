import json

from quorate.arena.record.shown import decision_json, discount_flags, shown, vote_json
from quorate.market.wyckoff import Phase, VolumeTrend
from tests.unit.arena.casts import ABSTAIN, BUY, ballot, decided, scene, vote

TRAP = scene(phase=Phase.DISTRIBUTION, volume_trend=VolumeTrend.DECLINING)


def test_only_measured_numbers_become_numbers():
    payload = {"confidence": "0.7", "stop": "600.10", "steps": [{"factor": None, "value": "0.5"}]}
    assert shown(payload) == {
        "confidence": 0.7,
        "stop": "600.10",
        "steps": [{"factor": None, "value": 0.5}],
    }


def test_a_discount_sets_the_flags_that_the_seeds_name():
    cast = vote(BUY, 0.9, at=TRAP, fallback_used=True)
    flags = {key: value for key, value in vote_json(cast).items() if key in discount_flags(cast)}
    assert flags == {
        "degradedInference": True,
        "originalConfidence": 0.9,
        "degradationReason": "fallback_model_used",
        "phaseSignalConflict": True,
        "hiddenHandWarning": "BUY in distribution on declining volume may step into an upthrust",
    }


def test_without_a_discount_no_flag_is_set():
    for cast in (vote(BUY), vote(ABSTAIN)):
        assert not any(discount_flags(cast).values())


def test_everything_shown_is_plain_json():
    for tree in (vote_json(vote(BUY, at=TRAP)), decision_json(decided(ballot(BUY, BUY)))):
        assert json.loads(json.dumps(tree)) == tree
