"""The rooms: the floor plan is the code's, front doors are sorted, modules stay small."""

import ast
import importlib
import re
import tomllib

import pytest

from tests.architecture.repository import PACKAGE, ROOT, modules, name_of, rooms, tree_of

LARGE, LARGEST = 300, 400
NO_DOOR = {"adapters", "arbiter", "audit", "cli", "kernel", "portfolio"}
"""Rooms that are imported module by module."""

PACKAGES = [
    ".".join(("quorate", *init.parent.relative_to(PACKAGE).parts))
    for init in sorted(PACKAGE.rglob("__init__.py"))
]
DOORS = [name for name in PACKAGES if hasattr(importlib.import_module(name), "__all__")]


@pytest.mark.parametrize("name", DOORS)
def test_a_front_door_is_sorted_and_opens(name):
    room = importlib.import_module(name)
    assert room.__all__ == sorted(
        room.__all__, key=lambda each: (not each.isupper(), each[0].islower(), each)
    )
    assert len(set(room.__all__)) == len(room.__all__)
    assert [each for each in room.__all__ if not hasattr(room, each)] == []


def test_a_new_room_has_a_front_door():
    with_door = {name.removeprefix("quorate.") for name in DOORS}
    assert set(rooms()) - with_door <= NO_DOOR


@pytest.mark.parametrize("name", PACKAGES)
def test_a_room_says_in_a_sentence_what_it_is(name):
    said = importlib.import_module(name).__doc__
    assert said
    assert said.strip().endswith((".", '"'))


def test_the_floor_plan_names_every_room_and_no_other():
    text = (ROOT / "ARCHITECTURE.md").read_text()
    plan = text.partition("## Floor plan")[2].partition("```\n")[2].partition("```")[0]
    named = set(re.findall(r"^([a-z]+) ", plan, re.MULTILINE))
    assert named == {*rooms(), "config"}


def test_the_floor_plan_is_in_the_order_that_is_enforced():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    (layers,) = [each["layers"] for each in contracts["contracts"] if each["type"] == "layers"]
    floor = {
        room: number
        for number, layer in enumerate(layers)
        for room in re.findall(r"[a-z_]+", layer)
    }
    text = (ROOT / "ARCHITECTURE.md").read_text()
    plan = text.partition("## Floor plan")[2].partition("```\n")[2].partition("```")[0]
    numbers = [floor[name] for name in re.findall(r"^([a-z]+) ", plan, re.MULTILINE)]
    assert numbers == sorted(numbers)


def test_no_import_contract_makes_an_exception():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    assert {each["type"] for each in contracts["contracts"]} == {
        *("layers", "acyclic_siblings", "forbidden", "protected", "independence")
    }
    assert [each["id"] for each in contracts["contracts"] if each.get("ignore_imports")] == []


SEND_NO_ORDER = {
    "openai_compatible": "asks models, and gives back what they say",
    "webhook": "posts alerts to one URL of the settings",
    "worker_socket": "speaks to a hub alone: its socket, series that tasks name, its API for `--server`",
    "redis_streams": "speaks the protocol of Redis to one Redis, about results that stand already",
}
"""They know no order: nothing of `execution` or `risk`, where orders are made and approved."""

SPEAK_TO_OTHERS = {"alpaca", *SEND_NO_ORDER}
"""The adapters that reach other machines: the broker's, and those that send no order."""

AT_HOME = {"clock", "files", "keys", "simulated_broker", "sql", "telemetry"}
"""The rest. `telemetry` may export spans by the library of the extra `otel`, and knows no order either."""


def imports_of(files):
    """Return the modules that `files` import."""
    found = set()
    for file in files:
        for node in ast.walk(tree_of(file)):
            if isinstance(node, ast.ImportFrom):
                found.add(node.module or "")
            elif isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
    return found


def test_nobody_else_could_send_an_order():
    """Five adapters reach other machines, and one of them knows orders; every other adapter stays at home."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    needed = {re.match(r"[a-z-]+", each)[0] for each in project["dependencies"]}
    assert needed.isdisjoint({"httpx", "requests", "urllib3", "alpaca-py"})
    adapters = {path.name for path in (PACKAGE / "adapters").iterdir() if path.is_dir()}
    assert adapters - {"__pycache__"} == {*AT_HOME, *SPEAK_TO_OTHERS}
    imported = imports_of(file for file in modules() if SPEAK_TO_OTHERS.isdisjoint(file.parts))
    roots = {name.partition(".")[0] for name in imported}
    assert roots.isdisjoint({"http", "aiohttp", "httpx", "requests", "urllib3", "ssl", "asyncssh"})
    assert "urllib.request" not in imported


def test_the_socket_library_that_the_server_needs_is_used_by_nothing_of_ours():
    """uvicorn takes WebSockets through it; our own clients go through the one HTTP client."""
    roots = {name.partition(".")[0] for name in imports_of(modules())}
    assert roots.isdisjoint({"websockets", "websocket", "wsproto"})
    assert "websockets_sansio_impl" in (PACKAGE / "hub" / "connection.py").read_text()


@pytest.mark.parametrize("name", [*SEND_NO_ORDER, "telemetry"])
def test_an_adapter_that_reaches_others_and_is_no_broker_knows_no_order(name):
    ours = PACKAGE / "adapters" / name
    imported = imports_of(file for file in modules() if ours in file.parents)
    rooms_of_orders = ("quorate.execution", "quorate.risk", "quorate.adapters.alpaca")
    assert imported
    assert [each for each in imported if each.startswith(rooms_of_orders)] == []


def test_only_bootstrap_knows_the_broker_and_the_broker_takes_approved_orders_alone():
    broker = PACKAGE / "adapters" / "alpaca"
    knowing = {
        file.relative_to(PACKAGE).parts[0]
        for file in modules()
        if broker not in file.parents
        and any(name.startswith("quorate.adapters.alpaca") for name in imports_of([file]))
    }
    assert knowing <= {"bootstrap"}
    (submit,) = [
        node
        for node in ast.walk(tree_of(broker / "client.py"))
        if isinstance(node, ast.AsyncFunctionDef) and node.name == "submit"
    ]
    assert [ast.unparse(each.annotation) for each in submit.args.args[1:]] == [
        *("ApprovedOrder", "ClientOrderId")
    ]
    posts = [
        file.name
        for file in modules()
        for node in ast.walk(tree_of(file))
        if broker in file.parents and isinstance(node, ast.Constant) and node.value == "POST"
    ]
    assert posts == ["client.py"]


def test_no_module_grows_past_the_limit(capsys):
    lines = {name_of(file): len(file.read_text().splitlines()) for file in modules()}
    large = {name: count for name, count in lines.items() if count > LARGE}
    with capsys.disabled():
        for name, count in sorted(large.items()):
            print(f"\n  {name}: {count} lines, more than {LARGE}", end="")  # noqa: T201  (a report)
    assert {name: count for name, count in large.items() if count > LARGEST} == {}
