"""What holds for every answer, valid or spoilt."""

import json
import re
from dataclasses import replace
from decimal import Decimal

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from quorate.llm.decode import DecodedAnswer, Rejection, decode_answer, decode_repaired
from quorate.llm.decode.warning_signs import RiskFlag
from tests.unit.llm.decode.answers import AAPL, BASE, BASE_SELL, MSFT, SCHEMA, answer
from tests.unit.llm.decode.oracle import WORD, as_read, as_said, objections, strict, violations

BOTH = [AAPL, MSFT]
UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
UNSTORABLE = [*map(chr, range(32)), *map(chr, range(127, 160)), "@"]
ALPHABET = st.characters(exclude_categories=("Cs",), exclude_characters=UNSTORABLE)
AWKWARD = st.sampled_from("\"\\/{}[]:,\n\t'`")


def texts(least=0, most=30):
    return st.text(ALPHABET | AWKWARD, min_size=least, max_size=most)


def numbers(least, most, places):
    """Draw numbers as the text that `written` puts down digit by digit."""
    return st.decimals(least, most, places=places).map("@@{:f}@@".format)


SHARES = numbers(0, 1, 6)
PRICES = numbers("0.0001", 10**9, 4)
SIZINGS = st.fixed_dictionaries({"kind": st.just("qty"), "value": PRICES}) | (
    st.fixed_dictionaries({"kind": st.just("pct_equity"), "value": numbers("0.0001", 1, 4)})
)
HORIZONS = st.from_regex(r"P[1-9][0-9]?[DW]|PT[1-9]H", fullmatch=True)
OPTIONAL = {
    "sizing": SIZINGS | st.none(),
    "stop": PRICES | st.none(),
    "target": PRICES | st.none(),
    "timeHorizon": HORIZONS | st.none(),
    "riskFlags": st.lists(texts(most=80), max_size=5),
    "veto": st.booleans(),
    "riskScore": SHARES | st.none(),
    "stance": st.sampled_from(["bullish", "bearish", "neutral"]),
    "keySignals": st.lists(texts(), max_size=5),
}


def decisions(symbol):
    required = {
        "symbol": st.just(symbol),
        "action": st.sampled_from(["BUY", "SELL", "HOLD"]),
        "confidence": SHARES,
        "rationale": texts(least=1, most=100),
    }
    return st.fixed_dictionaries(required, optional=OPTIONAL)


ANSWERS = st.fixed_dictionaries(
    {
        "decisions": st.tuples(decisions("AAPL")) | st.tuples(decisions("MSFT"), decisions("AAPL")),
    },
    optional={"requiredTools": st.lists(texts()), "dataDependencies": st.lists(texts())},
)


def written(tree, **style):
    return re.sub(r'"@@([^@]*)@@"', r"\1", json.dumps(tree, **style))


STYLES = st.fixed_dictionaries(
    {"ensure_ascii": st.booleans(), "indent": st.sampled_from([None, 0, 2, "\t"])}
)
TEXTS = st.builds(lambda tree, style: written(tree, **style), ANSWERS, STYLES)


@UNHURRIED
@given(TEXTS)
def test_a_valid_answer_comes_back_as_it_was_written(text):
    tree = strict(text)
    assert list(violations(SCHEMA, tree)) == []
    for raw in (text, text.encode()):
        decoded = decode_answer(raw, BOTH)
        assert isinstance(decoded, DecodedAnswer)
        assert decoded.notes == ()
        assert as_said(decoded) == as_read(tree)
        for said, item in zip(decoded.decisions, tree["decisions"], strict=True):
            assert str(said.stop) == str(item.get("stop"))


@UNHURRIED
@given(TEXTS, st.sampled_from(["```json\n%s\n```", "Sure: %s", "%s\nDone.", "\ufeff%s"]))
def test_what_stands_around_an_answer_changes_nothing_in_it(text, around):
    wrapped = decode_answer(around.replace("%s", text), BOTH)
    assert wrapped.decisions == decode_answer(text, BOTH).decisions
    assert len(wrapped.notes) == 1


PLACES = st.integers(0, 2**16)
WHOLE_PIECES = (
    "\\u0000",
    "\\ud800",
    "NaN",
    "1e400",
    "null",
    '"veto":true',
    '"action":"SELL"',
    "```",
)
LETTERS = "\"'\\{}[](),:`#/.-0179eEnNtT \n\x00\ufeff"
PIECES = st.sampled_from([*LETTERS, *WHOLE_PIECES, BASE, BASE_SELL]) | texts(most=3)


@st.composite
def spoilt(draw):
    """Draw a valid answer and spoil it: letters changed, taken away, doubled or moved, keys and numbers exchanged."""
    text = draw(TEXTS | st.sampled_from([BASE, answer()]))
    for _ in range(draw(st.integers(1, 4))):
        begin, end = sorted(draw(PLACES) % (len(text) + 1) for _ in range(2))
        part = text[begin:end]
        text = draw(
            st.sampled_from(
                [
                    text[:begin] + text[end:],
                    text[:begin] + text[begin + 1 :],
                    text[:end] + part + text[end:],
                    text[:begin] + part[::-1] + text[end:],
                    text[:begin] + draw(PIECES) + text[begin:],
                    text[:begin] + draw(PIECES) + text[begin + 1 :],
                    text[:end],
                    re.sub(r"[0-9.]+", lambda _: draw(PIECES), text, count=2),
                    text.replace("stop", "target", 1).replace("action", "stance", 1),
                ]
            )
        )
    return text


@UNHURRIED
@given(spoilt(), st.sampled_from([[AAPL], BOTH]))
@example('{"decisions":[{"symbol":"AAPL","action":"BUY","confidence":.7,"rationale":"b"}]}', [AAPL])
def test_no_spoilt_answer_crashes_or_is_accepted_wrong(text, requested):
    assert objections(text, requested, decode_answer(text, requested)) == []
    raw = text.encode()
    assert objections(raw, requested, decode_answer(raw, requested)) == []


@UNHURRIED
@given(st.binary(max_size=200) | st.text(max_size=200) | st.text('{}[]":,\\ 01"', max_size=200))
def test_what_is_no_answer_at_all_is_rejected(raw):
    rejection = decode_answer(raw, BOTH)
    assert isinstance(rejection, Rejection)
    assert objections(raw, BOTH, rejection) == []


@UNHURRIED
@given(spoilt(), spoilt())
def test_a_repair_never_says_what_its_original_does_not(original, repair):
    first = decode_answer(original, BOTH)
    second = decode_repaired(repair, BOTH, original)
    if isinstance(second, DecodedAnswer) and second != first:
        numbers = {Decimal(each) for each in re.findall(r"-?[0-9]+(?:\.[0-9]+)?", original)}
        for said in second.decisions:
            assert said.symbol in original
            assert said.stop is None or said.stop in numbers
    elif isinstance(second, Rejection):
        assert second.code == first.code


def in_words(said):
    """Return a decision with the bare words of its texts: a repair may trim a text and lose an empty one."""

    def words(*texts):
        return tuple(filter(None, (" ".join(WORD.findall(text)) for text in texts)))

    return replace(
        said,
        rationale=words(said.rationale),
        risk_flags=words(*said.risk_flags),
        key_signals=words(*said.key_signals),
    )


def unmarked(said):
    """Return a decision without the mark of the answer as a whole: what calls for it may have been cut off."""
    marks = [flag for flag in said.risk_flags if flag != RiskFlag.INJECTION_MARKER]
    return in_words(replace(said, risk_flags=tuple(marks)))


HIDDEN_BEHIND = (
    '{"decisions": [{"symbol": "AAPL", "action": "BUY", "confidence": 0.5, "rationale": "0"}], '
    '"requiredTools": ["\U000e0000"]}'
)
"""What calls for the mark stands behind the decision."""


@UNHURRIED
@given(TEXTS, st.integers(1, 400))
@example(HIDDEN_BEHIND, 1)
def test_an_answer_that_was_cut_loses_no_veto(text, lost):
    """Where an answer that was cut off is used at all, every decision that it still has is whole."""
    whole = {said.symbol: unmarked(said) for said in decode_answer(text, BOTH).decisions}
    for end in (len(text) - lost, text.rfind("]", 0, -1), text.rfind("}", 0, -1)):
        cut = decode_answer(text[: max(end, 0) + 1], BOTH)
        if isinstance(cut, DecodedAnswer):
            for said in cut.decisions:
                assert unmarked(said) == whole[said.symbol]
