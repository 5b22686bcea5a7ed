"""docs/concepts/fleet.md draws the table that a worker's session walks, and names the codes that it is closed with."""

import re

from quorate.bootstrap.fleet.node.link import Closing
from quorate.fleet.session import SESSION_TABLE, SessionState
from tests.architecture.repository import ROOT, code_blocks

PAGE = (ROOT / "docs" / "concepts" / "fleet.md").read_text()


def test_the_diagram_is_the_table():
    (diagram,) = code_blocks(PAGE, "mermaid")
    drawn = set(re.findall(r"^ +(\w+) --> (\w+): (\w+)$", diagram, re.MULTILINE))
    assert drawn == {
        (state.value, target.value, event.value)
        for state, moves in SESSION_TABLE.moves.items()
        for event, target in moves.items()
    }
    ends = set(re.findall(r"^ +(\w+) --> \[\*\]$", diagram, re.MULTILINE))
    assert ends == {state for state in SessionState if SESSION_TABLE.is_terminal(state)}


def test_every_code_of_our_own_that_closes_a_socket_is_told():
    ours = {closing.code for closing in Closing if closing.code >= 4400}
    told = {int(code) for code in re.findall(r"\b(44\d\d)\b", PAGE)}
    assert ours <= told
