import hashlib
import sys
import tracemalloc
from decimal import Decimal

import pytest

from quorate.kernel.action import Action
from quorate.kernel.confidence import Confidence
from quorate.kernel.vote import Sizing, SizingKind
from quorate.llm.decode import (
    AgentDecision,
    DecodedAnswer,
    Horizon,
    NoteCode,
    RejectionCode,
    Stance,
    decode_answer,
    decode_repaired,
)
from quorate.llm.decode.json_tree import MAX_DEPTH
from quorate.llm.decode.raw_answer import MAX_ANSWER_BYTES
from quorate.llm.decode.rejection import SYNTAX_CODES
from tests.unit.llm.decode.answers import AAPL, BASE, BASE_SELL, FULL, MSFT, answer, decision

BOTH = [AAPL, MSFT]
OPEN = BASE.removesuffix("}]}")
SLOPPY = BASE.replace('"action"', "action")


def code_of(raw, symbols=(AAPL,)):
    return decode_answer(raw, symbols).code


def notes_of(raw):
    return decode_answer(raw, [AAPL]).notes


def test_a_whole_answer_says_what_was_written():
    tools = {"requiredTools": ["bars"], "dataDependencies": ["daily bars"]}
    assert decode_answer(answer(**tools).encode(), BOTH) == DecodedAnswer(
        decisions=(
            AgentDecision(
                symbol=AAPL,
                action=Action.BUY,
                confidence=Confidence(0.7),
                rationale=FULL["rationale"],
                sizing=Sizing(kind=SizingKind.PCT_EQUITY, value=Decimal("0.014")),
                stop=Decimal("95.1"),
                target=Decimal(120),
                horizon=Horizon(text="P20D", sessions=20),
                risk_flags=("earnings on Tuesday", "gap"),
                risk_score=0.35,
                stance=Stance.BULLISH,
                key_signals=("SMA50 > SMA200", "RSI 55"),
                veto=False,
            ),
        ),
        required_tools=("bars",),
        data_dependencies=("daily bars",),
    )


def test_what_is_not_said_is_absent_and_not_made_up():
    (said,) = decode_answer(BASE, [AAPL]).decisions
    assert said == AgentDecision(
        symbol=AAPL, action=Action.BUY, confidence=Confidence(0.7), rationale="base"
    )


def test_money_and_quantities_keep_every_digit():
    text = BASE.replace(
        '"rationale"',
        '"stop":0.1000000000000000055511,"target":95.10,'
        '"sizing":{"kind":"qty","value":12345678901234567.891},"rationale"',
    )
    (said,) = decode_answer(text, [AAPL]).decisions
    assert str(said.stop) == "0.1000000000000000055511"
    assert str(said.target) == "95.10"
    assert str(said.sizing.value) == "12345678901234567.891"


def test_an_answer_on_some_of_the_symbols_is_an_answer():
    assert [each.symbol for each in decode_answer(BASE, BOTH).decisions] == [AAPL]


def test_one_wrong_decision_rejects_the_whole_answer_and_is_named():
    rejection = decode_answer(answer(decision(), decision(symbol="MSFT", confidence=7)), BOTH)
    assert rejection.code is RejectionCode.CONFIDENCE_OUT_OF_RANGE
    assert rejection.symbol == MSFT


def test_a_rejection_keeps_the_hash_of_all_and_the_head():
    raw = b"x" * 5000 + b"\xff"
    rejection = decode_answer(raw, [AAPL])
    assert rejection.raw_sha256 == hashlib.sha256(raw).hexdigest()
    assert rejection.raw_head == "x" * 4096
    assert rejection.symbol is None


@pytest.mark.parametrize("code", RejectionCode)
def test_only_broken_syntax_may_be_repaired_by_a_model(code):
    assert (code in SYNTAX_CODES) is (code.value in {"MODEL_JSON_TRUNCATED", "MODEL_JSON_INVALID"})


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        pytest.param("\ufeff \n", "MODEL_EMPTY", id="a mark and white space"),
        pytest.param("I would rather not say.", "MODEL_NO_OBJECT", id="prose alone"),
        pytest.param("```json\n```", "MODEL_NO_OBJECT", id="an empty fence"),
        pytest.param("null", "MODEL_NOT_AN_OBJECT", id="null"),
        pytest.param(f"[{BASE}]", "MODEL_NOT_AN_OBJECT", id="a list of one"),
        pytest.param(f"Here: [{BASE}]", "MODEL_NOT_AN_OBJECT", id="prose and a list of one"),
        pytest.param(f"{BASE} {{", "MODEL_MULTIPLE_OBJECTS", id="the beginning of another"),
        pytest.param(f"}} {BASE}", "MODEL_MULTIPLE_OBJECTS", id="the end of another"),
        pytest.param(f"{OPEN}\n{BASE}", "MODEL_JSON_INVALID", id="one inside another"),
        pytest.param(f'{BASE},"veto":true}}', "MODEL_JSON_INVALID", id="a veto behind the object"),
        pytest.param("{" * (MAX_DEPTH + 1), "MODEL_TOO_DEEP", id="too deep"),
        pytest.param(f"Sure: {'[' * 9}" + "{" * 9, "MODEL_TOO_DEEP", id="too deep, after prose"),
        pytest.param(f'{{"a":{"9" * 33}}}', "MODEL_NUMBER_TOO_LONG", id="a long number"),
        pytest.param(f"Sure: {BASE.replace('0.7', 'NaN')}", "MODEL_NON_FINITE", id="prose, NaN"),
        pytest.param('{"a":Infinity}', "MODEL_NON_FINITE", id="Infinity"),
        pytest.param('{"a":-Infinity}', "MODEL_NON_FINITE", id="-Infinity"),
        pytest.param('{"a":-1E400}', "MODEL_NON_FINITE", id="-1E400"),
        pytest.param('{"a":1e-400}', "MODEL_NON_FINITE", id="too small"),
        pytest.param('{"\\u0085":1}', "MODEL_CONTROL_CHAR", id="a control character in a key"),
        pytest.param(BASE.replace("base", "\x7f"), "MODEL_CONTROL_CHAR", id="an unescaped DEL"),
        pytest.param(BASE.replace("base", "\x1b[2J"), "MODEL_CONTROL_CHAR", id="a raw ESC"),
        pytest.param("\ud800", "MODEL_LONE_SURROGATE", id="text that is no Unicode"),
        pytest.param("{'a': NaN", "MODEL_JSON_INVALID", id="broken before it is not finite"),
        pytest.param(BASE[:-1].replace("0.7", "1e400"), "MODEL_NON_FINITE", id="unclosed, 1e400"),
        pytest.param(BASE[:-1].replace("0.7", "7"), "CONFIDENCE_OUT_OF_RANGE", id="unclosed, 7"),
        pytest.param(BASE[:-1].replace('"symbol"', '"s"'), "MODEL_JSON_TRUNCATED", id="two wrongs"),
    ],
)
def test_each_kind_of_wrong_has_its_code(raw, code):
    assert code_of(raw) == code


def test_the_size_is_looked_at_before_anything_else():
    assert code_of(b"\xff" * MAX_ANSWER_BYTES) is RejectionCode.NOT_UTF8
    assert code_of(b"\xff" * (MAX_ANSWER_BYTES + 1)) is RejectionCode.OUTPUT_TOO_LARGE
    assert code_of("\u00e9" * (MAX_ANSWER_BYTES // 2 + 1)) is RejectionCode.OUTPUT_TOO_LARGE


@pytest.mark.parametrize(
    ("raw", "notes"),
    [
        pytest.param(BASE, (), id="as it should be"),
        pytest.param(f"\n {BASE}\r\n\t", (), id="white space is no prose"),
        pytest.param(f"\ufeff{BASE}", (NoteCode.BOM_STRIPPED,), id="a byte order mark"),
        pytest.param(f"```\n{BASE}```", (NoteCode.FENCE_STRIPPED,), id="a plain fence"),
        pytest.param(f"{BASE}\n```", (NoteCode.FENCE_STRIPPED,), id="half a fence"),
        pytest.param(
            f"\ufeffSure [1]:\n```json\n{BASE}\n```\nBye.",
            (NoteCode.BOM_STRIPPED, NoteCode.FENCE_STRIPPED, NoteCode.PROSE_STRIPPED),
            id="all of them",
        ),
        pytest.param(
            f"```json\n{BASE[:-1]}\n```",
            (NoteCode.FENCE_STRIPPED, NoteCode.JSON_REPAIRED),
            id="unclosed inside a fence",
        ),
        pytest.param(f"{BASE}}}", (NoteCode.JSON_REPAIRED,), id="a bracket too many"),
        pytest.param(BASE[:-2], (NoteCode.JSON_REPAIRED,), id="outer brackets left open"),
        pytest.param(BASE.replace("}]", ",}]"), (NoteCode.JSON_REPAIRED,), id="a trailing comma"),
        pytest.param(BASE.replace('"', "'"), (NoteCode.JSON_REPAIRED,), id="single quotes"),
        pytest.param(SLOPPY, (NoteCode.JSON_REPAIRED,), id="a bare key"),
        pytest.param(
            BASE.replace('"BUY",', '"BUY"'), (NoteCode.JSON_REPAIRED,), id="a missing comma"
        ),
        pytest.param(
            SLOPPY.replace("BUY", "Buy"),
            (NoteCode.JSON_REPAIRED, NoteCode.ACTION_CASE),
            id="a bare key and the case",
        ),
    ],
)
def test_what_is_tidied_up_is_noted_and_says_the_same(raw, notes):
    tidied = decode_answer(raw, [AAPL])
    assert tidied.notes == notes
    assert tidied.decisions == decode_answer(BASE, [AAPL]).decisions


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(OPEN, id="behind a value: a veto may have followed"),
        pytest.param(f"{OPEN},", id="behind a comma"),
        pytest.param(OPEN[:-1], id="inside a text"),
        pytest.param(BASE.partition(',"rationale"')[0], id="inside a number"),
        pytest.param(f'{OPEN},"veto":tru', id="inside a word"),
        pytest.param(f'{OPEN},"riskFlags":["gap"]', id="behind a list of the decision"),
    ],
)
def test_a_decision_that_was_cut_short_is_not_closed_for_nothing(raw):
    rejection = decode_answer(raw, [AAPL])
    assert (rejection.code, rejection.repairable) == (RejectionCode.JSON_TRUNCATED, True)


@pytest.mark.parametrize(
    ("original", "repair"),
    [
        pytest.param(OPEN, BASE, id="closed"),
        pytest.param(OPEN, f"```json\n{BASE}\n```", id="closed, in a fence"),
        pytest.param(f"Sure!\n{OPEN}", f"Here: {BASE}", id="prose around both"),
    ],
)
def test_a_repair_by_a_model_that_says_the_same_is_used(original, repair):
    repaired = decode_repaired(repair, [AAPL], original)
    assert repaired.decisions == decode_answer(BASE, [AAPL]).decisions
    assert repaired.notes[-1] is NoteCode.REPAIRED_BY_MODEL


@pytest.mark.parametrize(
    ("original", "repair"),
    [
        pytest.param(OPEN, BASE_SELL, id="another action"),
        pytest.param(OPEN, BASE.replace("0.7", "0.70001"), id="another number"),
        pytest.param(OPEN, BASE.replace("base", "base, and more"), id="more words"),
        pytest.param(f'{OPEN},"veto":', BASE, id="fewer words"),
        pytest.param(OPEN.partition(',"rationale"')[0], BASE, id="a rationale of its own"),
        pytest.param(OPEN[:-1], BASE, id="cut inside a text"),
        pytest.param(OPEN, OPEN, id="still broken"),
        pytest.param(OPEN, b"\xff", id="no text"),
        pytest.param(OPEN, BASE.replace("symbol", "action").replace("BUY", "AAPL"), id="nonsense"),
        pytest.param(
            OPEN.replace('"action"', '"action":"HOLD","action"'), BASE, id="one of two actions"
        ),
    ],
)
def test_a_repair_by_a_model_that_says_something_else_is_not_used(original, repair):
    first = decode_answer(original, [AAPL])
    rejection = decode_repaired(repair, [AAPL], original)
    assert rejection.code is first.code
    assert (first.repairable, rejection.repairable) == (True, False)
    assert rejection.raw_sha256 == first.raw_sha256
    assert rejection.detail.startswith(f"{first.detail}; its repair: ")


def test_what_needs_or_bears_no_repair_is_decoded_as_it_is():
    assert decode_repaired(BASE_SELL, [AAPL], BASE) == decode_answer(BASE, [AAPL])
    wrong = BASE.replace("0.7", "7")
    assert decode_repaired(BASE, [AAPL], wrong) == decode_answer(wrong, [AAPL])


def test_a_semantic_error_stays_one_after_a_repair():
    rejection = decode_answer(SLOPPY.replace("0.7", '"85%"'), [AAPL])
    assert (rejection.code, rejection.repairable) == (RejectionCode.CONFIDENCE_NOT_NUMBER, False)


def test_a_member_behind_a_bracket_too_many_is_no_prose():
    late = decode_answer(f'{BASE},"requiredTools":["bars"]}}', [AAPL])
    assert (late.required_tools, late.notes) == (("bars",), (NoteCode.JSON_REPAIRED,))


def test_a_field_that_a_repair_puts_in_the_wrong_place_is_still_broken_syntax():
    misplaced = answer().replace('0.014}, "stop"', '0.014, "stop"')
    rejection = decode_answer(misplaced, [AAPL])
    assert (rejection.code, rejection.repairable) == (RejectionCode.JSON_INVALID, True)


@pytest.mark.parametrize("raw", [b"A" * 10_485_760, "A" * 10_485_760], ids=["bytes", "text"])
def test_ten_megabytes_are_refused_without_a_copy(raw):
    tracemalloc.start()
    rejection = decode_answer(raw, [AAPL])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert rejection.code is RejectionCode.OUTPUT_TOO_LARGE
    assert peak < 512 * 1024


def spread(*around, size):
    """Return a hostile text of about `size` characters: a beginning, and a unit over and over."""
    begin, unit, end = around
    return begin + unit * (size // len(unit)) + end


def calls_of(raw):
    """Return how many functions, of Python and of C, decoding calls."""
    calls = 0

    def count(_frame, event, _argument):
        nonlocal calls
        calls += event in {"call", "c_call"}

    sys.setprofile(count)
    try:
        decode_answer(raw, [AAPL])
    finally:
        sys.setprofile(None)
    return calls


OBJECT = '{"decisions":[{"symbol":"AAPL","rationale":"'
HOSTILE = {
    "open lists": ("", "[", ""),
    "open objects": ('{"a":', '{"a":', ""),
    "quotes": (OBJECT, '"x', '"}]}'),
    "quoted brackets": (OBJECT, '["', '"}]}'),
    "a class of characters": (OBJECT + "[" + "a" * 3000, '"x', '"}]}'),
    "apostrophes": ('{"decisions":[', "'a ", "]}"),
    "backslashes": (OBJECT, "\\", '"}]}'),
    "escaped quotes": (OBJECT, '\\"', '"}]}'),
    "fences": ("", "```", BASE),
    "white space": (BASE, " ", "x"),
    "comments": ('{"decisions":[', "/*", "]}"),
    "equal keys": ('{"decisions":[', '{"a":1,"a":2', "]}"),
    "empty texts": ('{"decisions":[{"riskFlags":[', '"",', "]}]}"),
    "members": ("{", '"a" "b" ', "}"),
    "numbers": ('{"decisions":[', "1,", "]}"),
    "parentheses": ('{"decisions":', "(", "}"),
    "prose": ("", "Sure. ", BASE),
    "orders": (OBJECT, "ignore a b c d ", '"}]}'),
}


@pytest.mark.parametrize("around", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("size", [2_500, 15_000])
def test_twice_the_text_takes_about_twice_the_work(around, size):
    once, twice = (spread(*around, size=n) for n in (size, 2 * size))
    work = calls_of(once)
    assert work < 60 * len(once)
    assert calls_of(twice) < 2.6 * work + 2_000


@pytest.mark.parametrize("around", HOSTILE.values(), ids=HOSTILE)
def test_nothing_hostile_needs_more_stack_than_is_left(around):
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(200 + _depth())
    try:
        decode_answer(spread(*around, size=5_000), [AAPL])
    finally:
        sys.setrecursionlimit(limit)


def _depth():
    frame, depth = sys._getframe(), 0
    while frame:
        frame, depth = frame.f_back, depth + 1
    return depth
