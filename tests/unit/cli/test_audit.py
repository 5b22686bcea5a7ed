from quorate.audit.verification import Verification


def test_a_whole_journal_verifies(quorate):
    shown = quorate("audit", "verify", "--json")
    assert shown.code == 0
    assert shown.json == {
        "ok": True,
        "rows": 12,
        "firstBad": None,
        "checkpoint": 10,
        "problems": [],
    }


def test_a_changed_row_is_named_and_ends_with_3(quorate, fake_app):
    problem = "row 5 is not what was written: its hash does not match"
    fake_app.verification = Verification(
        ok=False, rows=4, first_bad=5, checkpoint=None, problems=(problem,)
    )
    shown = quorate("audit", "verify", "--json")
    assert (shown.code, shown.json["firstBad"]) == (3, 5)
    assert quorate("audit", "verify").lines == ["NOT OK: 4 rows, not signed yet", f"  {problem}"]


def test_the_journal_is_exported(quorate, tmp_path):
    shown = quorate("audit", "export", tmp_path / "journal.jsonl")
    assert shown.lines == [f"12 journal rows written to {tmp_path / 'journal.jsonl'}"]
