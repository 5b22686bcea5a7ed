from decimal import Decimal

import pytest

from quorate.arena.imported.reading import read_log
from quorate.arena.imported.terms import ArenaTerms
from quorate.kernel.errors import RejectedError
from quorate.portfolio.side import Side
from tests.fakes.other_arenas import WrittenLog, lines_of

TEN, ELEVEN = "2025-10-01 10:00:00", "2025-10-01 11:00:00"
TERMS = ArenaTerms()


def read(rows, terms=TERMS):
    return read_log(lines_of("positions/a/position.jsonl", rows), terms)


def written():
    log = WrittenLog(Decimal(10_000)).opened(TEN)
    return log.bought(ELEVEN, "AAPL", 2, 100.5).rested(ELEVEN).sold(ELEVEN, "AAPL", 2, 101)


def rows(**changes):
    """Return the lines of a log, the second one changed."""
    lines = written().rows
    lines[1] = {key: each for key, each in {**lines[1], **changes}.items() if each is not ...}
    return lines


def action(**changes):
    return {"action": "buy", "symbol": "AAPL", "amount": 2, **changes}


def test_a_line_that_opens_the_account_is_no_step():
    log = read(written().rows)
    assert str(log.opened) == TEN
    assert [(step.side, step.symbol, step.amount) for step in log.steps] == [
        (Side.BUY, "AAPL", 2),
        (None, None, 0),
        (Side.SELL, "AAPL", 2),
    ]
    assert (log.steps[0].cash, dict(log.steps[0].shares)) == (9799, {"AAPL": 2})
    assert (log.steps[-1].cash, dict(log.steps[-1].shares)) == (10001, {})


def test_a_log_may_begin_with_an_action():
    log = read(written().rows[1:])
    assert len(log.steps) == 3
    assert str(log.opened) == ELEVEN


@pytest.mark.parametrize("name", ["buy_crypto", "buy"])
def test_the_actions_of_other_markets_are_known(name):
    shares = {"BTC-USDT": Decimal("0.0005"), "CASH": 9950}
    lines = rows(
        this_action={"action": name, "symbol": "BTC-USDT", "amount": 0.0005},
        positions={key: float(value) for key, value in shares.items()},
    )[:2]
    (step,) = read(lines).steps
    assert (step.side, step.amount) == (Side.BUY, Decimal("0.0005"))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"date": "yesterday"}, "'yesterday' is no date"),
        ({"date": "2025-10-01 10:00:00+00:00"}, "is no date"),
        ({"date": "2025-09-30 10:00:00"}, "is before 2025-10-01 10:00:00 of the line above"),
        ({"date": ...}, "None is no date"),
        ({"id": 0}, "id 0 stands in line 1 already"),
        ({"id": "1"}, "'1' is no id"),
        ({"id": True}, "True is no id"),
        ({"id": ...}, "None is no id"),
        ({"this_action": ...}, "'this_action' says None"),
        ({"this_action": action(action="short")}, "'this_action' says 'short'"),
        ({"this_action": "buy"}, "'this_action' says 'buy'"),
        ({"this_action": action(symbol="")}, "buy names no symbol: ''"),
        ({"this_action": action(amount=-1)}, "buy has the amount -1"),
        ({"this_action": action(amount="2")}, "buy has the amount '2'"),
        ({"this_action": action(amount=None)}, "buy has the amount None"),
        ({"positions": ...}, "'positions' is None"),
        ({"positions": {"AAPL": 2}}, "'positions' has no 'CASH'"),
        ({"positions": {"AAPL": 2, "Cash": 5}}, "no 'CASH', but 'Cash'"),
        ({"positions": {"AAPL": -2, "CASH": 5}}, "AAPL stands at -2"),
        ({"positions": {"AAPL": "2", "CASH": 5}}, "AAPL stands at '2'"),
        ({"positions": {"AAPL": 2, "CASH": -0.01}}, "CASH stands at '-0.01'"),
        ({"positions": {"AAPL": 2, "CASH": None}}, "CASH stands at None"),
        ({"positions": {"AAPL": 2, "aapl": 2, "CASH": 5}}, "'aapl' is no symbol, or one that"),
        ({"positions": {"A B": 2, "CASH": 5}}, "'A B' is no symbol"),
    ],
)
def test_a_line_that_cannot_be_believed_is_refused_with_its_place(changes, said):
    with pytest.raises(RejectedError, match=r"positions/a/position\.jsonl line 2: ") as refusal:
        read(rows(**changes))
    assert said in refusal.value.cause
    assert refusal.value.fix


@pytest.mark.parametrize(
    ("positions", "said", "fix"),
    [
        ({"CASH": 100_000.0}, "opens with 100000 in cash, not with 10000", "add --capital 100000"),
        ({"CASH": 10_000.0, "AAPL": 1}, "opens with shares of AAPL", "begins with cash alone"),
    ],
)
def test_an_account_opens_with_the_capital_and_no_shares(positions, said, fix):
    lines = written().rows
    lines[0]["positions"] = positions
    with pytest.raises(RejectedError, match=f"line 1: .*{said}") as refusal:
        read(lines)
    assert fix in refusal.value.fix


def test_a_log_without_lines_is_refused():
    with pytest.raises(RejectedError, match="without a line"):
        read([])
