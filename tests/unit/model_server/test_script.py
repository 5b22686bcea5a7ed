"""Which rule answers which call."""

import msgspec

from tests.model_server.script import Delivery, Obey, Progress, Refuse, Rule, Say, Script, votes


def answered(script, *calls):
    progress = Progress(script)
    return [progress.rule_for(model, prompt).name for model, prompt in calls]


def test_the_first_rule_that_fits_answers():
    script = Script(
        rules=[
            Rule(name="free", model="*:free"),
            Rule(name="judge", contains="seat: judge"),
            Rule(name="rest"),
        ]
    )
    calls = [("qwen:free", "seat: judge"), ("gpt", "Your seat: judge."), ("gpt", "hello")]
    assert answered(script, *calls) == ["free", "judge", "rest"]


def test_places_are_counted_among_the_calls_that_fit():
    script = Script(rules=[Rule(name="second", model="a", nth=[2])])
    calls = [("a", ""), ("b", ""), ("a", ""), ("a", "")]
    assert answered(script, *calls) == ["plain", "plain", "second", "plain"]


def test_a_rule_is_used_up():
    script = Script(rules=[Rule(name="twice", times=2), Rule(name="then")])
    assert answered(script, *[("a", "")] * 3) == ["twice", "twice", "then"]


def test_a_script_travels_as_json():
    script = Script(
        rules=[
            Rule(what=votes("BUY", 0.8, sizing={"kind": "qty", "value": 5})),
            Rule(what=Refuse(status=503), how=Delivery(delay_s=0.5)),
            Rule(what=Obey()),
            Rule(what=Say(content="a")),
        ]
    )
    assert msgspec.json.decode(msgspec.json.encode(script), type=Script) == script
