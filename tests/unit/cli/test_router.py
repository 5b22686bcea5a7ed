"""What was learned and what is taken, as the command line tells it."""

from types import SimpleNamespace

import pytest

from quorate.scoring.sample import GroupBy

FOUND = SimpleNamespace(
    points=({"a": 1},), below=0, pending=0, left=0, quarantined=(), warnings={}, enough_for=()
)
STATE = {"accepting": True, "intake": {"state": "open", "by": ""}, "openReason": "", "queued": 0}


class Told:
    """A tracker of one record, and a coordinator that takes tasks."""

    async def export(self, **_asked):
        return FOUND

    async def state(self):
        return SimpleNamespace(as_json=lambda: STATE)


@pytest.fixture
def told(fake_app):
    fake_app.routing = SimpleNamespace(tracker=Told())
    fake_app.coordination = Told()


@pytest.mark.usefixtures("told")
def test_records_are_written_one_a_line(quorate, tmp_path):
    file = tmp_path / "records.jsonl"
    assert quorate("tracker", "export", file).code == 0
    assert file.read_text() == '{"a":1}\n'


@pytest.mark.usefixtures("told")
@pytest.mark.parametrize("place", ["", "no/such/folder.jsonl"])
def test_records_that_cannot_be_written_are_no_error_of_ours(quorate, tmp_path, place):
    shown = quorate("tracker", "export", tmp_path / place)
    assert shown.code == 2
    assert "cannot be written" in shown.err
    assert "No record was exported. Fix: name a file in a folder that exists" in shown.err


@pytest.mark.usefixtures("told")
def test_what_is_taken_is_told_in_words(quorate):
    assert quorate("control").lines == [
        "accepting    yes",
        "intake       state=open by=",
        "openReason   -",
        "queued       0",
    ]
    assert quorate("control", "--json").json == STATE


def test_turns_are_added_up_by_what_the_help_names(quorate):
    shown = quorate("tracker", "summary", "--by", "colour")
    assert shown.code == 2
    assert all(word.value in shown.err for word in GroupBy)
