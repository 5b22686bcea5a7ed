"""The checks' own tests are held against small mistakes in the checks: nearly every one of them must be noticed.

Source: RELIABILITY 3 (of the mutants of the module at least 95 % are killed).
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator
from decimal import Decimal
from types import CodeType, FunctionType, ModuleType
from typing import Final

import pytest

from quorate.risk import RiskLimits, assess
from quorate.risk.checks import identity, judging, market, rate, size, system
from tests.unit.risk import test_checks

MODULES: Final = (identity, judging, market, rate, size, system)
KILLED: Final = Decimal("0.95")
LIMITS: Final = RiskLimits()

OTHERS: Final = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
}
"""What each operator is mistaken for."""


def functions(module: ModuleType) -> list[FunctionType]:
    """Return the functions that stand in a module, in their order."""
    found = [each for _, each in inspect.getmembers(module, inspect.isfunction)]
    return sorted(
        (each for each in found if each.__module__ == module.__name__),
        key=lambda each: each.__code__.co_firstlineno,
    )


def mistakes(tree: ast.AST) -> Iterator[str]:
    """Make one mistake after the other in `tree`, and take it back when the next is asked for."""
    for node in ast.walk(tree):
        where = f"line {getattr(node, 'lineno', 0)}"
        if isinstance(node, ast.Compare):
            for place, operator in enumerate(node.ops):
                if type(operator) in OTHERS:
                    node.ops[place] = OTHERS[type(operator)]()
                    yield f"{where}: {type(operator).__name__}"
                    node.ops[place] = operator
        elif isinstance(node, ast.BoolOp | ast.BinOp) and type(node.op) in OTHERS:
            operator = node.op
            node.op = OTHERS[type(operator)]()
            yield f"{where}: {type(operator).__name__}"
            node.op = operator
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            operand = node.operand
            node.operand = ast.Constant(value=False, lineno=node.lineno, col_offset=0)
            yield f"{where}: Not"
            node.operand = operand
        elif isinstance(node, ast.If):
            test = node.test
            node.test = ast.Constant(value=False, lineno=node.lineno, col_offset=0)
            yield f"{where}: If"
            node.test = test


def mutants(function: FunctionType) -> Iterator[tuple[str, CodeType]]:
    """Yield the codes of a function with one mistake each."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    for what in mistakes(tree):
        made: dict[str, FunctionType] = {}
        source = compile(ast.fix_missing_locations(tree), function.__code__.co_filename, "exec")
        exec(source, function.__globals__, made)  # noqa: S102  (the function's own source)
        yield f"{function.__name__}, {what}", made[function.__name__].__code__


def is_noticed() -> bool:
    """Return whether a test of the checks fails now."""
    for number, order, situation, code in test_checks.CASES:
        try:
            finding = assess(order, situation, LIMITS).findings[number - 1]
        except Exception:  # noqa: BLE001  (a mutant may break anyhow)
            return True
        if finding.code != code:
            return True
    for whole in (
        test_checks.test_an_order_in_a_calm_market_passes_all_of_them,
        test_checks.test_a_replay_book_says_what_it_cannot_check_and_why,
        test_checks.test_an_exit_is_free_of_what_holds_for_entries_alone,
        test_checks.test_a_protective_stop_is_not_held_up_by_quotes_or_hours,
    ):
        try:
            whole()
        except AssertionError:
            return True
    return False


def test_at_least_95_of_100_mistakes_in_the_checks_are_noticed() -> None:
    survived, tried = [], 0
    for module in MODULES:
        for function in functions(module):
            code = function.__code__
            for what, mutant in mutants(function):
                tried += 1
                function.__code__ = mutant
                try:
                    if not is_noticed():
                        survived.append(f"{module.__name__}.{what}")
                finally:
                    function.__code__ = code
    assert not is_noticed()
    assert tried > 100
    if len(survived) > (1 - KILLED) * tried:
        pytest.fail(f"{len(survived)} of {tried} survived: {'; '.join(survived)}")
