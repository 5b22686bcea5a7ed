from datetime import time
from pathlib import Path

import pytest

from quorate.cli.invocation import OPERATOR

IMPORT = ("compete", "import", "logs", "--capital", "1000000", "--currency", "CNY")


def test_an_import_takes_its_terms_from_the_line(quorate, fake_app):
    done = quorate(
        *IMPORT,
        *("--bars", "bars.jsonl", "--benchmark", "index.json", "--mark-time", "14:30", "--json"),
    )
    ((folder, terms, who, bars, benchmark),) = fake_app.arenas.wanted
    assert (folder, bars, benchmark) == (Path("logs"), Path("bars.jsonl"), Path("index.json"))
    assert (terms.capital, terms.currency, terms.mark_time) == (1_000_000, "CNY", time(14, 30))
    assert who == OPERATOR
    assert (done.code, done.json["kind"], done.json["applied"]) == (0, "imported", True)


def test_people_see_terms_scores_verdict_and_where_the_findings_are(quorate):
    lines = quorate(*IMPORT).lines
    name = lines[0].split()[0]
    assert lines[0] == f"{name}   others   imported"
    assert lines[1].startswith("29 days 2025-09-01 to 2025-09-29   Daily bars of 2 symbols")
    assert "marked at their close   1,000,000 CNY each" in lines[1]
    assert lines[3].split()[:3] == ["rank", "book", "return"]
    assert [line.split()[1] for line in lines[4:6]] == ["once", "steady"]
    assert lines[-3].startswith("1 of 1 pair of participants is separable")
    assert lines[-2:] == [
        "Findings: 1 outside bar.",
        f"See them: quorate compete show {name} --findings",
    ]


def test_the_same_again_is_said_to_be_there_already(quorate):
    quorate(*IMPORT)
    again = quorate(*IMPORT, "--json")
    assert again.json["applied"] is False
    assert "imported on the same terms already" in again.err


def test_it_is_shown_by_its_id_with_its_findings_in_pages(quorate):
    name = quorate(*IMPORT, "--json").json["competitionId"]
    shown = quorate("compete", "show", name, "--json").json
    assert (shown["competitionId"], shown["findings"]["outside_bar"]) == (name, 1)
    found = quorate("compete", "show", name, "--findings", "--json").json
    assert [item["participant"] for item in found["items"]] == ["once"]
    assert found["nextCursor"] is None
    row = quorate("compete", "show", name, "--findings").lines[1]
    assert "outside bar" in row
    assert "buy at 1200.0000, its bar is 1388.97 to 1417.03" in row
    assert quorate("compete", "show", "imp_none").code == 5


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--capital", "much"), "'much' is no starting capital"),
        (("--currency", "yuan"), "'yuan' is no currency"),
        (("--mark-time", "noon"), "'noon' is no time of day"),
    ],
)
def test_terms_that_are_none_are_refused_before_anything_is_read(quorate, fake_app, words, said):
    ended = quorate("compete", "import", "logs", *words)
    assert ended.code == 2
    assert said in ended.err
    assert fake_app.arenas.wanted == []
