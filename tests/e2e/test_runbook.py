"""What the runbook and the life of an order tell to type, typed: in one home, in their order."""

import pytest

from tests.architecture.repository import ROOT, code_blocks

pytestmark = pytest.mark.e2e

ELSEWHERE = ("createdb", "export", "quorate worker", "quorate tokens")
"""What needs a server or a hub beside it: tests/e2e/test_workers.py, tests/fault/test_drills.py, test_scale_out.py."""

ENDS = {"quorate status": 3}
"""What ends otherwise than with 0 here: no hub of this home is served."""


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    from tests.e2e.conftest import Home  # noqa: PLC0415  (a conftest is no module of the suite)

    home = Home(tmp_path_factory.mktemp("runbook"))
    assert home.run("replay", "--from", "2012-03-01", "--to", "2012-03-09", "-q").code == 0
    return home


def typed(document, **names):
    """Return the commands of a document that need nothing beside a home, with words for what stands for them."""
    blocks = "".join(code_blocks((ROOT / "docs" / document).read_text(), "console"))
    lines = [line.removeprefix("$ ") for line in blocks.splitlines()]
    own = [line for line in lines if not line.startswith(ELSEWHERE)]
    for name, word in names.items():
        own = [line.replace(name, word) for line in own]
    return own


def words(line):
    """Split a line as a shell would where nothing but double quotes quotes."""
    quoted = line.split('"')
    return [
        word
        for index, part in enumerate(quoted)
        for word in ([part] if index % 2 else part.split())
    ]


def ends_of(home, lines):
    return {line: home.run(*words(line)[1:]).code for line in lines}


def test_the_commands_of_the_runbook_do_what_they_are_typed_for(home):
    lines = typed("runbook.md")
    assert len(lines) > 12
    codes = ends_of(home, lines)
    assert codes == {line: ENDS.get(line, 0) for line in lines}
    assert (home.path / "backup-of-today.db").exists()


def test_an_order_is_read_as_its_document_says(home):
    order = home.run("orders", "list", "--limit", "1", "--json").json["items"][0]
    names = {"ORDER": order["orderId"], "DECISION_ID": order["decisionId"]}
    lines = typed("ORDER_LIFECYCLE.md", **names)
    assert len(lines) == 5
    assert ends_of(home, lines) == dict.fromkeys(lines, 0)
