import json


def test_an_import_of_news_says_what_was_stored_and_what_was_refused(quorate, fake_app):
    shown = quorate("data", "import-news", "news.jsonl", "--json")
    assert (shown.code, [str(file) for file in fake_app.news.files]) == (0, ["news.jsonl"])
    assert shown.json == {
        "target": "news.jsonl",
        "applied": True,
        "dryRun": False,
        "items": 2,
        "duplicates": 1,
        "shortened": 0,
        "refused": [{"reason": "no_offset", "count": 1, "firstLine": 3}],
        "first": "2012-06-28T12:00:00.000000Z",
        "last": "2012-06-29T18:30:00.000000Z",
    }
    assert "warning: 1 refused, no_offset, the first in line 3" in shown.err


def test_a_person_is_told_in_sentences(quorate):
    lines = quorate("data", "import-news", "news.jsonl").lines
    assert lines[0].startswith("news.jsonl: 2 items stored, 2012-06-28")
    assert lines[1] == "1 were there already"


def test_news_is_listed_newest_first_page_by_page(quorate):
    first = quorate("data", "list", "--news", "--json", "--limit", "2").json
    assert [item["itemId"] for item in first["items"]] == ["item9", "item8"]
    assert first["items"][0]["symbols"] == ["AAPL", "IBM"]
    after = ("--cursor", first["nextCursor"])
    last = quorate("data", "list", "--news", "--json", "--limit", "2", *after).json
    assert ([item["itemId"] for item in last["items"]], last["nextCursor"]) == (["item7"], None)


def test_a_strangers_headline_cannot_steer_a_terminal(quorate):
    for shown in (
        quorate("data", "list", "--news").out,
        json.dumps(quorate("data", "list", "--news", "--json").json, ensure_ascii=False),
    ):
        assert "Up[2J" in shown
        assert not {"\x1b", "\u202e"} & set(shown)


def test_a_fresh_run_is_asked_for(quorate, fake_app):
    quorate("run", "AAPL", "--fresh")
    quorate("run", "AAPL")
    assert [request.fresh for request in fake_app.requests] == [True, False]
