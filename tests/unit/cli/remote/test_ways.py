"""The ways to a hub against the API's own description: an address, a method or a query of one only is a failure."""

import json
import re
from pathlib import Path

import pytest
import typer

from quorate.cli.main import app
from quorate.cli.remote.way import BASE, Acting, Listing, Showing
from quorate.cli.remote.ways import WAYS
from tests.unit.cli.test_docs import commands

TREE = json.loads((Path(__file__).parents[3] / "integration" / "hub" / "openapi.json").read_text())
PATHS = {re.sub(r"\{[^}]*\}", "{}", path): found for path, found in TREE["paths"].items()}
TABLED = {words: way for words, way in WAYS.items() if isinstance(way, Listing | Showing | Acting)}


def operation(way):
    """What the description says of the request that a way makes."""
    method = way.method.lower() if isinstance(way, Acting) else "get"
    return PATHS[re.sub(r"\{[^}]*\}", "{}", f"/api{BASE}{way.path}")][method]


@pytest.mark.parametrize("words", TABLED)
def test_a_way_leads_to_an_operation_that_the_api_has(words):
    way = TABLED[words]
    asked = {each["name"] for each in operation(way).get("parameters", ()) if each["in"] == "query"}
    assert set(way.query.values()) <= asked
    if isinstance(way, Listing) and way.key is None:
        assert {"limit", "cursor"} <= asked


@pytest.mark.parametrize("words", TABLED)
def test_a_way_is_told_by_what_its_command_takes(words):
    known = dict(commands(typer.main.get_command(app)))
    command = known.get(words) or known.get(f"{words} list") or known.get(f"{words} status")
    taken = {each.name for each in command.params}
    way = TABLED[words]
    assert {*way.query, *re.findall(r"\{([^}]*)\}", way.path)} <= taken


def test_every_way_belongs_to_a_command():
    group = typer.main.get_command(app)
    nouns = {name for name, command in group.commands.items()}
    known = {path for path, _ in commands(group)} | nouns
    assert set(WAYS) <= known
