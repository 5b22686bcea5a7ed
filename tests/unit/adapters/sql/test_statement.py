"""Statements: one Core clause, the text that each driver takes."""

import re

import pytest
from sqlalchemy import (
    BigInteger,
    Column,
    LargeBinary,
    MetaData,
    Table,
    Text,
    bindparam,
    select,
)

from quorate.adapters.sql.chain_table import ADD_CHECKPOINT, ADD_ROW, HEAD
from quorate.adapters.sql.statement import GuardedUpdate, Insert, Statement

BOXES = Table(
    "boxes",
    MetaData(),
    Column("tenant", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("note", Text),
)
BYTES = Table("bytes", MetaData(), Column("k", Text, primary_key=True), Column("b", LargeBinary))
ADD = Insert(BOXES)
RESIZE = GuardedUpdate(BOXES, where=("tenant", "name", "size"), change=("size", "note"))
LOOK = Statement(select(BOXES.c.size).where(BOXES.c.name == bindparam("name")))


def flat(text):
    return " ".join(text.split())


def test_a_read_names_its_parameters_as_the_driver_wants_them():
    assert flat(LOOK.sqlite) == "SELECT boxes.size FROM boxes WHERE boxes.name = :name"
    assert "boxes.name = %(name)s" in LOOK.postgres


def test_an_insert_names_every_column():
    assert flat(ADD.sqlite) == (
        "INSERT INTO boxes (tenant, name, size, note) VALUES (:tenant, :name, :size, :note)"
    )
    for name in ("tenant", "name", "size", "note"):
        assert f"%({name})s" in ADD.postgres


def test_a_guarded_update_tells_what_was_from_what_becomes():
    assert flat(RESIZE.sqlite) == (
        "UPDATE boxes SET size=:size, note=:note "
        "WHERE boxes.tenant = :was_tenant AND boxes.name = :was_name AND boxes.size = :was_size"
    )


@pytest.mark.parametrize(
    ("statement", "names"),
    [
        pytest.param(ADD, {"tenant", "name", "size", "note"}, id="an insert"),
        pytest.param(
            RESIZE, {"size", "note", "was_tenant", "was_name", "was_size"}, id="a guarded update"
        ),
        pytest.param(HEAD, {"tenant"}, id="one parameter twice"),
    ],
)
def test_a_prepared_text_numbers_its_values_in_the_order_of_their_names(statement, names):
    prepared = statement.prepared
    assert set(prepared.names) == names
    assert len(prepared.names) == len(names)
    numbers = {int(number) for number in re.findall(r"\$(\d+)", prepared.text)}
    assert numbers == set(range(1, len(names) + 1))
    assert "%(" not in prepared.text


def test_a_prepared_update_divides_by_zero_unless_it_changed_one_row():
    assert RESIZE.prepared.text.startswith("WITH changed AS (UPDATE boxes SET ")
    assert RESIZE.prepared.text.endswith("SELECT 1 / (count(*) = 1)::int FROM changed")


def test_many_rows_travel_as_one_json_array():
    assert ADD.bulk == (
        "INSERT INTO boxes (tenant, name, size, note) SELECT tenant, name, size, note "
        "FROM json_populate_recordset(NULL::boxes, {rows})"
    )
    assert ADD.bulk.format(rows="$1").count("$1") == 1


def test_many_updates_fail_unless_every_guard_holds():
    text = RESIZE.bulk.format(rows="ROWS", count=9)
    assert "json_to_recordset(ROWS)" in text
    assert "wanted(size BIGINT, note TEXT, was_tenant TEXT, was_name TEXT, was_size BIGINT)" in text
    for guard in ("boxes.size = new.was_size", "boxes.name = new.was_name"):
        assert guard in text
    assert text.endswith("SELECT 1 / (count(*) = 9)::int FROM changed")


@pytest.mark.parametrize(
    ("statement", "expected"), [(Insert(BYTES), True), (ADD, False), (ADD_ROW, False)]
)
def test_bytes_cannot_travel_as_json(statement, expected):
    assert statement.takes_bytes is expected


def test_a_change_knows_its_row_by_table_and_key():
    values = {"tenant": "t", "name": "n", "size": 1, "note": None}
    change = {"was_tenant": "t", "was_name": "n", "was_size": 1, "size": 2, "note": None}
    assert ADD.row_of(values) == RESIZE.row_of(change) == ("boxes", "t", "n")


@pytest.mark.parametrize("statement", [ADD, ADD_ROW, ADD_CHECKPOINT, RESIZE, LOOK, HEAD])
def test_a_text_is_made_once_and_holds_no_literal(statement):
    assert statement.sqlite is statement.sqlite
    assert statement.postgres is statement.postgres
    assert "'" not in statement.sqlite + statement.postgres
