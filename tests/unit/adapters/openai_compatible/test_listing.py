"""What a provider offers, and what a key is good for."""

import contextlib
import json
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quorate.adapters.openai_compatible.listing import Credit, ListedModel, credit_in, models_in
from quorate.kernel.money import Usd
from quorate.llm.failure import FailureCode, ModelCallError


def listed(**facts):
    (only,) = models_in(json.dumps({"data": [{"id": "m", **facts}]}).encode(), source="local")
    return only


def test_openrouters_facts_are_read():
    pricing = {"prompt": "0.00000025", "completion": "0.000002", "request": "0"}
    assert listed(context_length=400_000, pricing=pricing) == ListedModel(
        model="m",
        context_tokens=400_000,
        prompt_price=Usd(Decimal("0.00000025")),
        completion_price=Usd(Decimal("0.000002")),
    )


def test_a_model_without_facts_is_a_name():
    assert listed(object="model", owned_by="library") == ListedModel(model="m")


@pytest.mark.parametrize("price", ["-1", "NaN", "free", None, True, "1e999", []])
def test_a_price_that_is_no_amount_is_not_told(price):
    assert listed(pricing={"prompt": price}).prompt_price is None


@pytest.mark.parametrize("context", [0, -1, "8192", 1.5])
def test_a_length_that_is_none_is_not_told(context):
    assert listed(context_length=context).context_tokens is None


def test_a_key_without_a_limit_has_none():
    body = b'{"data":{"label":"sk-or-v1-abc","usage":1.25,"limit":null,"limit_remaining":null}}'
    assert credit_in(body, source="openrouter") == Credit(
        used=Usd(Decimal("1.25")), limit=None, remaining=None
    )


@pytest.mark.parametrize("read", [models_in, credit_in])
@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"data":5}', b'{"data":"\xff"}', b"<html>"])
def test_what_is_no_list_is_malformed(read, body):
    with pytest.raises(ModelCallError) as caught:
        read(body, source="local")
    assert caught.value.code == FailureCode.MALFORMED_RESPONSE


@settings(max_examples=50, deadline=None)
@given(body=st.binary())
def test_any_bytes_are_a_list_or_malformed(body):
    with contextlib.suppress(ModelCallError):
        models_in(body, source="local")
