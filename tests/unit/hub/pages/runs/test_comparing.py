from quorate.arena.rerun import compared
from quorate.hub.pages.runs.comparing import side_by_side
from tests.unit.arena.rerun.test_comparison import dearer, held, run


def shown(first, second):
    return side_by_side(compared(first, second), "/runs")


def named(lines):
    return {line.name: line for line in lines}


def test_what_differs_is_marked_and_what_is_the_same_is_not():
    page = shown(run(), run(held))
    ibm, aapl = page.blocks
    assert page.verdict == "They differ on AAPL."
    assert (ibm.differs, aapl.differs) == (False, True)
    assert [line.name for line in aapl.decided if line.differs] == ["Action"]
    assert [line.name for line in aapl.votes if line.differs] == ["a"]
    assert not any(line.differs for line in page.inputs)


def test_an_action_is_shown_as_one_and_a_hash_in_short():
    page = shown(run(), run(held))
    action = named(page.blocks[1].decided)["Action"]
    assert (action.a.action, action.b.action) == ("BUY", "HOLD")
    assert len(named(page.inputs)["Configuration"].a.text) <= 12


def test_cost_and_time_are_never_marked():
    page = shown(run(), run(dearer))
    assert page.same
    cost = named(page.ends)["Cost"]
    assert (cost.a.text, cost.b.text, cost.differs) == ("$0.00", "$2.00", False)


def test_each_side_leads_to_its_run():
    page = shown(run(), run())
    assert page.a.href == "/runs/run_1"
    assert page.running is False
    assert page.verdict == "They started alike and decided alike."


def test_sizes_and_shares_of_equity_have_their_unit():
    aapl = shown(run(), run()).blocks[1]
    assert named(aapl.decided)["Size"].a.text == "1.4 % of equity"
    assert named(aapl.triggers)["portfolio delta"].a.text == "1.40 %, limit 1.50 %"
    assert named(aapl.triggers)["disagreement"].a.text == "0.33, limit 0.34"
