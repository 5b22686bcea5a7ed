import pytest

from quorate.arena.rerun import Difference, compared
from tests.unit.arena.rerun.test_comparison import held, run
from tests.unit.cli.fake_app import FakeReplay

COMPARED = compared(run(), run(held))


@pytest.fixture
def known(fake_app):
    fake_app.reruns.comparison = COMPARED
    return fake_app


def test_a_run_that_comes_out_the_same_says_so_with_its_digest(quorate, fake_app):
    assert quorate("runs", "replay", "run_1").lines == [
        "identical: true",
        "digest: d1",
        "cost: $0, nobody was asked, nothing was written",
    ]
    tree = quorate("runs", "replay", "run_1", "--json").json
    assert (tree["identical"], tree["costUsd"]) == (True, "0")
    assert "readAt" in tree
    assert fake_app.reruns.asked == ["run_1", "run_1"]


def test_what_differs_is_named_and_ends_with_3(quorate, fake_app):
    differs = Difference("decision.made AAPL", "finalAction", "BUY", "HOLD")
    fake_app.reruns.replayed = FakeReplay(
        recorded_digest="d0", differences=(differs,), unrecorded=("panel:judge",)
    )
    shown = quorate("runs", "replay", "run_1")
    assert shown.code == 3
    assert "recorded: d0" in shown.lines
    assert "differs: decision.made AAPL finalAction: BUY -> HOLD" in shown.lines
    assert "not recorded: panel:judge" in shown.lines
    assert quorate("runs", "replay", "run_1", "--json").code == 3


def test_swaps_go_to_the_application_as_they_were_written(quorate, known):
    swaps = ["threshold=min_confidence:0.7", "model=a:openai/x"]
    words = [word for swap in swaps for word in ("--swap", swap)]
    shown = quorate("runs", "replay", "run_1", *words, "--max-cost", "0.05", "--json")
    wanted = known.reruns.asked[0]
    assert (wanted.run_id, wanted.swaps, str(wanted.max_cost)) == ("run_1", tuple(swaps), "0.05")
    assert wanted.free is False
    assert (shown.json["replayOf"], shown.json["swaps"]) == ("run_1", swaps)
    assert shown.json["decisions"][1]["same"] is False


@pytest.mark.parametrize("words", [("--free",), ("--max-cost", "1")], ids=" ".join)
def test_a_replay_from_the_record_has_nothing_to_pay(quorate, fake_app, words):
    refused = quorate("runs", "replay", "run_1", *words)
    assert (refused.code, fake_app.reruns.asked) == (2, [])
    assert "add --swap" in refused.err


@pytest.mark.parametrize("limit", ["0", "-1", "nan", "a lot"])
def test_a_limit_that_is_no_amount_asks_nobody(quorate, fake_app, limit):
    words = ("--swap", "threshold=quorum:3", f"--max-cost={limit}")
    assert quorate("runs", "replay", "run_1", *words).code == 2
    assert quorate("run", "AAPL", f"--max-cost={limit}").code == 2
    assert (fake_app.reruns.asked, fake_app.requests) == ([], [])


def test_a_run_is_told_what_it_may_cost(quorate, fake_app):
    quorate("run", "AAPL", "--max-cost", "0.05")
    quorate("run", "AAPL")
    limits = [request.max_cost for request in fake_app.requests]
    assert [limit and str(limit) for limit in limits] == ["0.05", None]


@pytest.mark.usefixtures("known")
def test_two_runs_stand_side_by_side_and_only_what_differs_is_marked(quorate):
    lines = quorate("runs", "compare", "run_1", "run_2").lines
    assert lines[0] == "run_1 beside run_1"
    marked = [line.split()[0:2] for line in lines[1:-1] if line.endswith("≠")]
    assert marked == [["action", "▲"], ["vote", "a"]]
    assert lines[-1] == "They differ on AAPL; what differs is marked ≠."
    tree = quorate("runs", "compare", "run_1", "run_2", "--json").json
    assert tree.keys() == {"readAt", "a", "b", "same", "inputs", "decisions"}


def test_the_same_run_beside_itself_is_the_same(quorate, fake_app):
    fake_app.reruns.comparison = compared(run(), run())
    assert quorate("runs", "compare", "run_1", "run_1").lines[-1].startswith("The same:")


def test_a_person_gets_a_drawn_table_and_a_pipe_plain_columns():
    from quorate.cli.comparison_view import comparison_lines  # noqa: PLC0415  (as the command does)

    drawn = list(comparison_lines(COMPARED.as_json(), drawn=True, width=100))
    plain = list(comparison_lines(COMPARED.as_json(), drawn=False))
    assert drawn[0].startswith("┏")
    assert all(len(line) <= 100 for line in drawn)
    assert not any(sign in line for line in plain for sign in "┏│┃")


@pytest.mark.usefixtures("known")
def test_a_trace_shows_every_span_with_its_row(quorate):
    shown = quorate("runs", "trace", "run_1")
    assert shown.lines[0].startswith("run run_1 ")
    tree = quorate("runs", "trace", "run_1", "--json").json
    assert tree.keys() == {"readAt", "runId", "traceId", "totalMs", "spans"}
    assert len(shown.lines) == len(tree["spans"]) + 1
    assert all(f"[journal:{span['seq']}]" in shown.out for span in tree["spans"])
