from quorate.arena.imported.assembling import assembled
from quorate.arena.imported.shown import arena_json, arena_scores_json, finding_json, findings_of
from tests.fakes.other_arenas import YUAN, shanghai, sources_of

ARENA = assembled(sources_of(*shanghai()), YUAN)


def test_programs_read_terms_scores_and_findings_by_kind():
    tree = arena_json(ARENA)
    assert (tree["kind"], tree["currency"], tree["capital"]) == ("imported", "CNY", "1000000")
    assert (tree["barSize"], tree["markTime"], tree["pairs"]) == ("Daily", "15:00", 1)
    assert tree["findings"]["outside_bar"] == 1
    assert sum(tree["findings"].values()) == len(findings_of(ARENA)) == 1
    assert [score["name"] for score in tree["scores"]][-1] == "equal_weight"


def test_the_curves_begin_with_the_capital_and_have_a_worth_per_day():
    tree = arena_scores_json(ARENA)
    for score in tree["scores"]:
        assert score["equityCurve"][0] == "1000000.00"
        assert len(score["equityCurve"]) == len(tree["sessions"]) + 1
        assert score["equityCurve"][-1] == score["equity"]


def test_a_finding_names_its_line_and_prices():
    (found,) = map(finding_json, findings_of(ARENA))
    assert (found["participant"], found["line"], found["price"]) == ("once", 2, "1200")
    assert (found["low"], found["high"]) == ("1388.97", "1417.03")
