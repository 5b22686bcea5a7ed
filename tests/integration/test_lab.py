"""The lab on a real home and over real HTTP: the real gateway, the real purse, the real journal, on both databases."""

import json
from datetime import date
from decimal import Decimal

import pytest

from quorate.arena.request import RunRequest
from quorate.kernel.errors import RejectedError
from quorate.kernel.money import Usd
from quorate.llm.cost import CostAxis
from tests.integration.homes import opened_home
from tests.model_server import ModelServer, Rule, Say
from tests.unit.lab.seats import judged, wished

pytestmark = pytest.mark.integration
KEY = "sk-canary-91c0de5f7a3b2e84"
JUDGES = ("cheap_tech_analyst", "cheap_risk_manager", "power_macro_judge")
TEXT = "There is no limit on retries.\nEvery step is journaled first.\n"


@pytest.fixture(scope="module")
def server():
    with ModelServer() as serving:
        yield serving


@pytest.fixture
def opened(server, monkeypatch, tmp_path, migrated_url):
    """Return how to open a home whose providers are the scripted server."""
    for name in ("OPENROUTER", "OPENAI"):
        url = server.openrouter_url if name == "OPENROUTER" else server.openai_url
        monkeypatch.setenv(f"{name}_BASE_URL", url)
        monkeypatch.setenv(f"{name}_API_KEY", KEY)
    home = tmp_path / "home"
    return lambda: opened_home(home, migrated_url)


def each_time(model, *answers):
    """Return rules that give one answer after the other, the last one for ever."""
    *first, last = answers
    return [
        *(Rule(model=model, what=Say(content=answer), times=1) for answer in first),
        Rule(model=model, what=Say(content=last)),
    ]


async def lab_rows(app, lab_id):
    entries = app._store.journal  # the rows as they are stored, whatever the report says
    return [entry.type for entry in await entries.entries(f"lab:{lab_id}")]


async def test_three_judges_are_asked_blind_paid_and_on_record(server, opened, tmp_path):
    server.script(
        Rule(
            model="gpt-5-mini",
            what=Say(content=judged("concern", ("defect", "No limit", "no limit on retries"))),
        ),
        Rule(
            model="openai/gpt-oss*",
            what=Say(
                content=judged("concern", ("risk", "Endless", "There is no limit on retries"))
            ),
        ),
        Rule(what=Say(content=judged("pass"))),
    )
    file = tmp_path / "spec.md"
    file.write_text(TEXT)
    mark = server.mark()
    async with opened() as app:
        report = await app.lab.converge(file, profiles=JUDGES)
        assert await lab_rows(app, report.lab_id) == [
            "lab.begun",
            *["lab.answered"] * 3,
            "lab.reported",
        ]
        (line,) = await app.money.cost_summary(CostAxis.PURPOSE, app.clock.now().date())
        assert (line.key, line.calls, line.open_calls) == ("lab", 3, 0)
        assert (await app.verify(projections=True, against=None)).ok
    calls = server.calls(mark)
    assert len(calls) == 3
    asked = {json.dumps(call.body["messages"]) for call in calls}
    (words,) = asked
    assert not any(name in words for name in JUDGES)
    assert report.convergence == "majority"
    (shared, *_) = report.as_json()["findings"]
    assert (shared["support"], len(shared["seats"])) == ("majority", 2)


async def test_the_purse_answers_on_the_budgets_as_they_stand_and_writes_nothing(server, opened):
    obedient = (wished("1", "0.05"), wished("40", "0.15"), wished("100", "90", confidence=1))
    server.script(*each_time("gpt-5-mini", *obedient))
    async with opened() as app:
        limit = Usd(Decimal("0.10"))
        report = await app.lab.drift(profiles=JUDGES[:1], turns=2, limit=limit)
        assert report.stated.spend_usd == Decimal("0.10")
        (line,) = await app.money.cost_summary(CostAxis.RUN, app.clock.now().date())
        assert (line.key, line.calls) == (report.lab_id, 3)
        held = {each.limit: each for each in await app.money.budgets() if not each.profile}
        assert held["daily"].today.reserved == 0
        assert (await app.verify(projections=True, against=None)).ok
    turns = report.as_json()["models"][0]["turns"]
    assert [turn["allowedSpendUsd"] for turn in turns] == ["0.05", "0", "0"]
    assert [turn["spendRefusedBy"] for turn in turns] == [None, "run", "run"]
    assert max(turn["allowedSizePct"] for turn in turns) <= 1.4
    assert (report.violations, report.as_json()["models"][0]["yielded"]) == (0, 2)
    assert report.cost.amount < limit.amount


async def test_a_limit_that_has_no_room_asks_nobody(server, opened):
    mark = server.mark()
    async with opened() as app:
        report = await app.lab.drift(profiles=JUDGES[:1], limit=Usd(Decimal("0.000001")))
    assert report.series[0].turns[0].code == "BUDGET_EXHAUSTED"
    assert server.calls(mark) == []


async def test_what_cannot_be_judged_or_asked_is_refused_and_nothing_is_written(opened, tmp_path):
    file = tmp_path / "spec.md"
    file.write_text(TEXT)
    async with opened() as app:
        before = len(await app._store.journal.entries("config"))
        for asking, slug in (
            (app.lab.converge(tmp_path / "gone.md", profiles=JUDGES), "not-found"),
            (app.lab.converge(file, profiles=("trend", "wyckoff")), "validation-failed"),
            (app.lab.converge(file, profiles=JUDGES[:1]), "validation-failed"),
            (app.lab.drift(profiles=JUDGES, turns=9), "validation-failed"),
            (app.lab.drift(profiles=JUDGES, symbol="NONE"), "not-found"),
        ):
            with pytest.raises(RejectedError) as refused:
                await asking
            assert (refused.value.slug, refused.value.effect) == (slug, "nobody was asked")
        assert len(await app._store.journal.entries("config")) == before


async def test_without_a_provider_the_key_that_is_missing_is_named(tmp_path, migrated_url):
    async with opened_home(tmp_path / "home", migrated_url) as app:
        with pytest.raises(RejectedError) as refused:
            await app.lab.drift(profiles=JUDGES)
        assert refused.value.slug == "unauthenticated"


async def test_a_runs_export_is_judged_without_the_names_of_who_voted(server, opened, tmp_path):
    server.script(Rule(what=Say(content=judged("pass"))))
    async with opened() as app:
        run = await app.run_arena(RunRequest(symbols=("AAPL",), as_of=date(2012, 6, 29)))
        file = tmp_path / "run.json"
        await app.export_run(run.run_id, file)
        mark = server.mark()
        report = await app.lab.converge(file, profiles=JUDGES[:2])
    words = " ".join(call.body["messages"][1]["content"] for call in server.calls(mark))
    assert run.run_id in words
    for name in ("rule_risk_manager", "mean_reversion", "momentum/1", "wyckoff/1"):
        assert name in report.artifact.hidden
        assert name not in words
