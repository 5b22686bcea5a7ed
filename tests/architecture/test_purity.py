"""Below the adapters everything but `service.py` and `ports.py` is pure: what import-linter cannot see."""

import ast

import pytest

from tests.architecture.repository import ABOVE_THE_RULES, PACKAGE, modules, name_of, tree_of

SHELLS = frozenset({"service.py", "ports.py"})
BELOW = [
    file
    for file in modules()
    if file.parent != PACKAGE and file.relative_to(PACKAGE).parts[0] not in ABOVE_THE_RULES
]
PURE = [file for file in BELOW if file.name not in SHELLS]

# What no room below the adapters takes in, its service included.
WORLD = frozenset(
    {"logging", "os", "pathlib", "random", "secrets", "shutil", "socket", "subprocess", "sys"}
    | {"tempfile", "threading", "time", "uuid", "warnings"}
)
# A shell may wait and log; a rule may not.
WAITING = frozenset({"asyncio", "concurrent", "contextvars", "structlog"})
CLOCKS = frozenset({"now", "utcnow", "today", "monotonic", "perf_counter", "time_ns"})
CLOCK_OWNERS = frozenset({"datetime", "date", "time"})
SIDE_EFFECTS = frozenset({"open", "print", "input", "exec", "eval", "breakpoint"})


def imported(file):
    for node in ast.walk(tree_of(file)):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]


def calls(file):
    for node in ast.walk(tree_of(file)):
        if isinstance(node, ast.Call):
            yield node.func


def reads_a_clock(function):
    return (
        isinstance(function, ast.Attribute)
        and function.attr in CLOCKS
        and isinstance(function.value, ast.Name)
        and function.value.id in CLOCK_OWNERS
    )


@pytest.mark.parametrize("file", BELOW, ids=name_of)
def test_a_room_below_the_adapters_reads_no_clock_and_touches_nothing(file):
    assert sorted(WORLD.intersection(imported(file))) == []
    assert [ast.unparse(function) for function in calls(file) if reads_a_clock(function)] == []
    touched = [f.id for f in calls(file) if isinstance(f, ast.Name) and f.id in SIDE_EFFECTS]
    assert touched == []


@pytest.mark.parametrize("file", PURE, ids=name_of)
def test_a_pure_module_neither_waits_nor_logs(file):
    waits = [
        f"line {node.lineno}"
        for node in ast.walk(tree_of(file))
        if isinstance(node, ast.AsyncFunctionDef | ast.Await | ast.AsyncFor | ast.AsyncWith)
    ]
    assert waits == []
    assert sorted(WAITING.intersection(imported(file))) == []


def test_the_rules_of_a_decision_are_among_the_pure_modules():
    names = {name_of(file).removeprefix("src/quorate/") for file in PURE}
    assert {"arena/consensus.py", "arena/escalation.py", "arena/deciding.py"} <= names
    assert {"arena/confidence_chain.py", "arbiter/task.py", "market/snapshot.py"} <= names
