from dataclasses import replace

from quorate.arena.record import ReplayOf, read_run
from quorate.arena.record.header import RunEvent
from quorate.arena.rerun.comparison import compared
from quorate.kernel.ids import RunId
from tests.unit.arena.casts import entries, header
from tests.unit.arena.record.runs import SYMBOLS, facts


def run(change=lambda _kind, payload: payload, begun=None):
    """The usual run, each payload as `change` would have it."""
    return read_run(entries([(kind, change(kind, payload)) for kind, payload in facts(begun)]))


def held(kind, payload):
    """A run whose voter a wants to hold AAPL, and that holds it."""
    if kind == RunEvent.VOTE_CAST and payload["profile"] == "a":
        return {**payload, "action": "HOLD"}
    if kind == RunEvent.DECISION_MADE and payload["symbol"] == "AAPL":
        return {**payload, "finalAction": "HOLD"}
    return payload


def dearer(kind, payload):
    if kind == RunEvent.VOTE_CAST:
        return {**payload, "costUsd": "0.5", "latencyMs": "900.0"}
    return {**payload, "costUsd": "2"} if kind == RunEvent.COMPLETED else payload


def fields(pairs):
    return {pair.name: (pair.a, pair.b) for pair in pairs if not pair.same}


def test_a_run_beside_itself_is_the_same():
    found = compared(run(), run())
    assert found.same
    assert all(pair.same for pair in found.inputs)
    assert [made.symbol for made in found.decisions] == list(SYMBOLS)


def test_what_was_decided_and_said_otherwise_is_told_and_nothing_else():
    found = compared(run(), run(held))
    ibm, aapl = found.decisions
    assert (found.same, ibm.same, aapl.same) == (False, True, False)
    assert fields(aapl.fields) == {"finalAction": ("BUY", "HOLD")}
    (vote,) = [vote for vote in aapl.votes if not vote.same]
    assert (vote.profile, fields(vote.fields)) == ("a", {"action": ("BUY", "HOLD")})


def test_cost_and_time_are_told_and_make_no_difference():
    found = compared(run(), run(dearer))
    assert found.same
    vote = found.decisions[1].votes[0]
    assert {pair.name for pair in vote.fields if not pair.same} == {"costUsd", "latencyMs"}
    assert fields(found.ends) == {"costUsd": ("0.00", "2")}


def test_a_threshold_is_an_input_and_whether_its_rule_fired_a_result():
    def stricter(kind, payload):
        if kind != RunEvent.DECISION_MADE or payload["symbol"] != "AAPL":
            return payload
        first, *others = payload["triggers"]
        return {**payload, "triggers": [{**first, "threshold": "0.9"}, *others]}

    swaps = ReplayOf(run_id=RunId("run_0"), swaps=("threshold=max_disagreement:0.9",))
    begun = replace(header(*SYMBOLS), thresholds={"max_disagreement": "0.9"}, replay_of=swaps)
    found = compared(run(), run(stricter, begun))
    assert fields(found.inputs) == {
        "thresholds": ({}, {"max_disagreement": "0.9"}),
        "swaps": ([], ["threshold=max_disagreement:0.9"]),
    }
    assert all(made.same for made in found.decisions)
    assert not found.same


def test_a_symbol_of_one_run_alone_has_nothing_in_the_other():
    without = [
        (kind, payload)
        for kind, payload in facts(header("IBM"))
        if payload.get("symbol", "IBM") == "IBM"
    ]
    found = compared(run(), read_run(entries(without)))
    aapl = next(made for made in found.decisions if made.symbol == "AAPL")
    assert fields(aapl.fields)["finalAction"] == ("BUY", None)
    assert all(vote.fields[1].b is None for vote in aapl.votes)


def test_the_object_for_programs_has_both_sides_of_everything():
    tree = compared(run(), run(held)).as_json()
    assert tree.keys() == {"a", "b", "same", "inputs", "decisions"}
    assert tree["inputs"]["snapshotHash"]["same"] is True
    assert tree["decisions"][1]["fields"][0] == {
        "name": "finalAction",
        "a": "BUY",
        "b": "HOLD",
        "same": False,
    }
