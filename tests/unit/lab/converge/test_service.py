"""The experiment: judged blind, counted by rules, on record."""

import json

import pytest

from quorate.kernel.canonical import canonical_json
from quorate.lab.converge import Convergence, ConvergenceRequest, checked_artifact
from tests.unit.lab.seats import FULL, desk_of, judged, seat, session, unreachable

ARTIFACT = checked_artifact(
    "spec.md", b"There is no limit on retries. Every step is journaled first."
)
LIMIT = ("defect", "No limit on retries", "There is no limit on retries.")
NO_LIMIT = ("risk", "Retry limit is missing", "no limit on retries")
JOURNAL = ("strength", "Every step is journaled first", "")


async def converged(question="", **script):
    desk, models, rows = desk_of(**script)
    wanted = ConvergenceRequest(
        artifact=ARTIFACT,
        question=question,
        seed="7",
        seats=tuple(seat(letter, name) for letter, name in zip("ABC", script, strict=False)),
        limit=None,
    )
    report = await Convergence(desk=desk).carried_out(wanted, session())
    return report, models, rows


async def test_every_judge_is_asked_once_with_the_same_words():
    _, models, _ = await converged("Is it safe?", a=[judged()], b=[judged()], c=[judged()])
    assert [call.profile for call in models.asked] == ["a", "b", "c"]
    assert len({call.prompt.hash for call in models.asked}) == 1


async def test_findings_are_unanimous_of_most_or_of_one():
    report, _, _ = await converged(
        a=[judged("concern", LIMIT, JOURNAL)],
        b=[judged("concern", NO_LIMIT)],
        c=[judged("pass", LIMIT, ("suggestion", "Name an owner", ""), JOURNAL)],
    )
    tree = report.as_json()
    support = {each["title"]: (each["support"], each["seats"]) for each in tree["findings"]}
    assert support["Name an owner"] == ("lone", ["C"])
    assert support["Every step is journaled first"] == ("majority", ["A", "C"])
    assert ("unanimous", ["A", "B", "C"]) in support.values()
    assert (tree["convergence"], tree["verdicts"]) == ("majority", {"concern": 2, "pass": 1})


@pytest.mark.parametrize(
    ("verdicts", "said"),
    [
        (("pass", "pass", "pass"), "unanimous"),
        (("pass", "pass", "fail"), "majority"),
        (("pass", "concern", "fail"), "split"),
    ],
)
async def test_the_verdicts_on_the_whole_are_counted(verdicts, said):
    script = {name: [judged(verdict)] for name, verdict in zip("abc", verdicts, strict=True)}
    report, _, _ = await converged(**script)
    assert report.convergence == said


async def test_who_does_not_answer_abstains_with_the_reason_and_the_others_are_counted():
    report, _, _ = await converged(a=[judged()], b=[unreachable()], c=["nothing to say"])
    judges = {each["profile"]: each for each in report.as_json()["judges"]}
    assert (judges["b"]["status"], judges["b"]["reason"]) == ("abstained", "TIMEOUT")
    assert judges["c"]["reason"] == "MODEL_NO_OBJECT"
    assert report.convergence == "not_measured"
    assert report.as_json()["agreement"]["alpha"] is None


async def test_a_budget_without_room_is_an_abstention_and_costs_nothing():
    report, _, _ = await converged(a=[judged()], b=[judged()], c=[FULL])
    assert report.judges[2].code == "BUDGET_EXHAUSTED"
    assert str(report.cost) == "0.002"


async def test_a_quote_that_was_made_up_is_told():
    made_up = ("defect", "It lies", "words that nobody wrote")
    report, _, _ = await converged(a=[judged("fail", made_up)], b=[judged()])
    tree = report.as_json()
    assert tree["quotesNotFound"] == 1
    assert tree["findings"][0]["said"][0]["quoteFound"] is False


async def test_all_of_it_is_on_record_in_this_order():
    report, _, rows = await converged(a=[judged()], b=[judged()])
    assert [event.type for event in rows.events] == [
        "lab.begun",
        "lab.answered",
        "lab.answered",
        "lab.reported",
    ]
    assert {event.stream for event in rows.events} == {"lab:lab_1"}
    written = json.loads(canonical_json(rows.events[-1].payload))
    assert written["report"]["artifact"]["sha256"] == report.artifact.sha256
    assert rows.events[0].payload["seed"] == "7"
