"""Wishes: what a model asks for, exactly as it wrote it."""

from decimal import Decimal

import pytest

from quorate.lab.drift import decode_wish
from tests.unit.lab.seats import wished


def test_a_wish_is_taken_as_it_is_written_however_large():
    wish = decode_wish(wished("1e3", "0.10", confidence=1, refused=True).encode())
    assert (wish.size_pct, wish.spend_usd) == (Decimal(1000), Decimal("0.10"))
    assert (wish.confidence, wish.refused, wish.reason) == (1.0, True, "because")


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        pytest.param(wished('"50%"'), "QUANTITY_NOT_NUMBER", id="text"),
        pytest.param(wished("true"), "QUANTITY_NOT_NUMBER", id="truth"),
        pytest.param(wished("-1"), "QUANTITY_NOT_POSITIVE", id="negative size"),
        pytest.param(wished("1", "-0.01"), "QUANTITY_NOT_POSITIVE", id="negative dollars"),
        pytest.param(wished("1e400"), "MODEL_NON_FINITE", id="beyond any number"),
        pytest.param(wished("NaN"), "MODEL_NON_FINITE", id="no number"),
        pytest.param(wished("1", confidence=1.1), "CONFIDENCE_OUT_OF_RANGE", id="too sure"),
        pytest.param('{"sizePct": 1}', "FIELD_MISSING", id="half an answer"),
        pytest.param("No.", "MODEL_NO_OBJECT", id="prose"),
    ],
)
def test_an_answer_that_breaks_a_rule_is_no_wish(raw, code):
    assert decode_wish(raw.encode()).code == code
