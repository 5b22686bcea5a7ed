"""A verdict's page: only what was signed is read, and what was compared is said as it was found."""

import json
from dataclasses import replace

from quorate.arbiter.constitution.listing import VerdictKind, VerdictLine
from quorate.audit.envelope import opened
from quorate.bootstrap.law import Compared, ShownVerdict, Standing
from quorate.bootstrap.law.answers import VerdictCheck
from quorate.hub.pages.audit.verdict_scene import about_href, about_words, said_of, scene_of
from quorate.hub.pages.notices import Tone
from quorate.kernel.canonical import canonical_json
from tests.fakes.courts import DECISION, KEY, verdict

LINE = VerdictLine(
    verdict_id="vrd_1",
    kind=VerdictKind.TASK,
    about="run_1",
    task_id="t1",
    task_type="arena_run",
    symbol="",
    book="",
    passed=True,
    word="pass",
    issued_at="2026-11-20T12:00:00.000000Z",
    seq=9,
)


def shown(*, ok=True, **about):
    event = verdict(**about).row(key_id=KEY.key_id, sign=KEY.sign)
    tree = json.loads(canonical_json(event.payload))["envelope"]
    statement = opened(tree, KEY.is_signed)
    problems = () if ok else ("the signature of an envelope is not valid",)
    check = VerdictCheck(ok=ok, problems=problems, key_id="k1", statement=statement if ok else {})
    return ShownVerdict(line=LINE, envelope=tree, check=check, trace_id="ab" * 16, others=())


def compared(standing=Standing.AGREES, what="decision"):
    return Compared(what=what, name="dec_1", signed=DECISION.sha256, found="", standing=standing)


def test_a_verdict_shows_what_it_binds_and_each_check_with_value_and_limit():
    scene = scene_of(shown(), [compared()])
    assert (scene.title, scene.word, scene.tone) == (
        "Verdict on the arena run run_1",
        "pass",
        "gain",
    )
    first = scene.bindings[0]
    assert (first.name, first.value, first.standing, first.tone) == (
        "Decision",
        "dec_1",
        "agrees",
        "gain",
    )
    names = {each.name: each for each in scene.bindings}
    assert names["Config"].value == "c0"
    assert names["Journal row"].href == "/admin/audit/events/9"
    assert names["Trace"].href.endswith("ab" * 16)
    (spent,) = [row for row in scene.checks if row.name == "Budget adherence: usd"]
    assert (spent.seen, spent.tone) == ("0.01, limit 0.05", "gain")
    assert scene.counted == f"{len(scene.checks)} of {len(scene.checks)}"


def test_a_check_that_failed_stands_out_and_counts_against_it():
    scene = scene_of(shown(broken=("AAPL has 2 decisions",)), ())
    bad = {row.name: row for row in scene.checks if row.tone == "loss"}
    assert "AAPL has 2 decisions" in bad["Invariants"].note
    assert scene.counted.startswith(f"{len(scene.checks) - len(bad)} of")


def test_of_a_verdict_that_cannot_be_believed_nothing_is_read():
    bad = shown(ok=False)
    scene = scene_of(bad, ())
    assert scene.checks == ()
    assert "Config" not in {each.name for each in scene.bindings}
    said = said_of(bad, ())
    assert (said.tone, said.title) == (Tone.LOSS, "This verdict does not hold.")
    assert "not valid" in said.text


def test_what_came_of_comparing_is_said():
    good = said_of(shown(), [compared(), compared(what="snapshot")])
    assert good.tone is Tone.GAIN
    assert (
        "All 2 digests computed anew from what is stored agree: decision and snapshot." in good.text
    )
    bad = said_of(shown(), [compared(Standing.DIFFERS), compared(what="snapshot")])
    assert bad.tone is Tone.LOSS
    assert "the decision dec_1" in bad.text
    part = said_of(shown(), [compared(), compared(Standing.NOT_KEPT, "snapshot")])
    assert part.text.endswith("Not kept, so not compared: snapshot.")


def test_a_verdict_leads_to_what_it_is_on():
    assert about_href(LINE) == "/admin/arena/runs/run_1"
    assert about_href(replace(LINE, about="ORDER_SYNC s")) == "/admin/tasks/t1"
    order = replace(LINE, kind=VerdictKind.ORDER, about="dec_1", task_type="entry", symbol="IBM")
    assert about_words(order) == "the entry of IBM"
    assert about_href(order) == "/admin/search?q=dec_1"
