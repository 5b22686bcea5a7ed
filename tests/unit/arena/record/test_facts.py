from decimal import Decimal

import pytest

from quorate.arena.record.facts import Facts, amount, money, number, usd
from quorate.kernel.errors import InvariantBrokenError
from quorate.kernel.money import Usd


def test_each_value_is_read_with_the_type_it_was_written_with():
    facts = Facts(
        {
            "text": "a",
            "flag": True,
            "count": 3,
            "number": "0.1",
            "null": None,
            "texts": ["a", "b"],
            "items": [{"text": "x"}],
            "part": {"text": "y"},
        }
    )
    assert facts.text("text") == "a"
    assert facts.flag("flag") is True
    assert facts.count("count") == 3
    assert facts.optional("number", float) == 0.1
    assert facts.optional("null", float) is None
    assert facts.texts("texts") == ("a", "b")
    assert [item.text("text") for item in facts.items("items")] == ["x"]
    part = facts.part("part")
    assert part is not None
    assert part.text("text") == "y"
    assert facts.part("null") is None


@pytest.mark.parametrize(
    "read",
    [
        pytest.param(lambda facts: facts.text("count"), id="text"),
        pytest.param(lambda facts: facts.flag("text"), id="flag"),
        pytest.param(lambda facts: facts.count("missing"), id="count"),
        pytest.param(lambda facts: facts.count("flag"), id="a flag is no count"),
        pytest.param(lambda facts: facts.optional("text", float), id="number"),
        pytest.param(lambda facts: facts.optional("text", Decimal), id="decimal"),
        pytest.param(lambda facts: facts.texts("text"), id="texts"),
        pytest.param(lambda facts: facts.texts("mixed"), id="texts with a number in it"),
        pytest.param(lambda facts: facts.items("mixed"), id="items with a text in it"),
        pytest.param(lambda facts: facts.part("text"), id="part"),
    ],
)
def test_what_was_not_written_so_is_corrupt(read):
    facts = Facts({"text": "a", "count": 3, "flag": True, "mixed": ["a", 1]})
    with pytest.raises(InvariantBrokenError):
        read(facts)


def test_numbers_are_kept_exactly():
    assert number(0.1 + 0.2) == "0.30000000000000004"
    assert amount(Decimal("1E+3")) == "1000"
    assert money(Usd(Decimal("0.0010"))) == "0.0010"
    assert usd("0.0010") == Usd(Decimal("0.0010"))
    assert (number(None), amount(None), money(None)) == (None, None, None)
