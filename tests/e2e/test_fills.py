"""No fill is made up: each lies inside the published bar of its session, read apart from the product."""

import sqlite3
from contextlib import closing

import pytest

from tests.evidence.fills import fills_of, main

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    from tests.e2e.conftest import Home  # noqa: PLC0415  (a conftest is no module of the suite)

    home = Home(tmp_path_factory.mktemp("fills"))
    assert home.run("replay", "--from", "2012-03-01", "--to", "2012-03-16", "-q").code == 0
    return home.path / "quorate.db"


def test_every_fill_lies_inside_the_published_bar_of_its_session(database, capsys):
    fills = fills_of(database)
    assert {fill.leg for fill in fills} >= {"entry", "stop"}
    assert [fill for fill in fills if not fill.fits] == []
    assert main(str(database)) == 0
    assert f"{len(fills)} fills, 0 outside" in capsys.readouterr().out


def test_a_fill_that_was_made_up_is_found(database, tmp_path):
    copy = tmp_path / "copy.db"
    copy.write_bytes(database.read_bytes())
    with closing(sqlite3.connect(copy)) as opened, opened:
        opened.execute(
            'UPDATE outcomes SET payload = replace(payload, \'"price":"5\', \'"price":"9\')'
        )
    assert main(str(copy)) == 1
