import pytest

from quorate.hub.api.fields import sparse
from quorate.hub.problems import RefusedError

LIST = {"items": [{"a": 1, "b": 2}, {"a": 3, "c": 4}], "nextCursor": None}


@pytest.mark.parametrize(
    ("wanted", "items"),
    [
        ({"a"}, [{"a": 1}, {"a": 3}]),
        ({"b", "c"}, [{"b": 2}, {"c": 4}]),
        ({"a", "b", "c"}, LIST["items"]),
    ],
)
def test_items_keep_the_fields_alone_that_are_named(wanted, items):
    assert sparse(LIST, frozenset(wanted)) == {**LIST, "items": items}


def test_a_field_that_no_item_has_is_named():
    with pytest.raises(RefusedError, match="colour") as refused:
        sparse(LIST, frozenset({"a", "colour"}))
    assert refused.value.refusal.errors[0].pointer == "?fields"


def test_of_an_empty_list_nobody_can_tell():
    assert sparse({"items": []}, frozenset({"colour"})) == {"items": []}
