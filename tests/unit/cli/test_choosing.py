import pytest

from quorate.cli.choosing import chooser, database_url
from quorate.kernel.errors import RejectedError

TREE = {"items": [{"runId": "run_1", "cost": "0.10"}, {"runId": "run_2é", "cost": None}]}


@pytest.mark.parametrize(
    ("expression", "lines"),
    [
        (".items[].runId", ["run_1", "run_2é"]),
        (".items | length", ["2"]),
        (".items[0]", ['{"runId": "run_1", "cost": "0.10"}']),
        (".items[].cost", ["0.10", "null"]),
        (".items[] | select(.cost == null) | .runId", ["run_2é"]),
        ("empty", []),
    ],
)
def test_an_expression_of_jq_chooses(expression, lines):
    assert list(chooser(expression)(TREE)) == lines


@pytest.mark.parametrize("expression", [".items[", "nothing()", ".items | error", "1 +"])
def test_an_expression_that_jq_refuses_is_refused(expression):
    with pytest.raises(RejectedError, match="cannot be used"):
        list(chooser(expression)(TREE))


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("", ""),
        ("/data/x.db", "sqlite:////data/x.db"),
        ("sqlite:////data/x.db", "sqlite:////data/x.db"),
        ("postgresql://me@host/db", "postgresql://me@host/db"),
    ],
)
def test_a_database_is_named_by_its_file_or_its_url(text, url):
    assert database_url(text) == url


def test_a_command_prints_what_was_chosen_and_nothing_else(quorate):
    shown = quorate("runs", "list", "--jq", ".items[].runId")
    assert shown.code == 0
    assert shown.out == "".join(
        f"{each['runId']}\n" for each in quorate("runs", "--json").json["items"]
    )


def test_an_expression_that_is_none_ends_before_anything_is_done(quorate, fake_app):
    async def never(*_words):
        raise AssertionError("the command was begun")

    fake_app.list_runs = never
    shown = quorate("runs", "--jq", ".items[")
    assert shown.code == 2
    assert shown.json["error"]["type"] == "validation-failed"


def test_a_failure_is_told_whole_whatever_was_chosen(quorate):
    shown = quorate("runs", "show", "run_none", "--jq", ".runId")
    assert shown.code == 5
    assert shown.json["error"]["type"] == "not-found"
