from dataclasses import replace

import pytest

from quorate.hub.pages.runs.prompts import Proof, hop_words, messages_of, prompt_cards
from quorate.kernel.canonical import sha256_hex
from quorate.llm.call import ModelId
from tests.unit.arena.casts import BUY, answer, entries
from tests.unit.arena.record.debated import (
    ANALYST,
    CANARY,
    PROMPT,
    RAW,
    TEXTS,
    answered,
    details,
    exchange,
)
from tests.unit.hub.pages.runs.calls import call


def cards(*, texts=TEXTS, calls=(), **record):
    rows = entries([answered(ANALYST, answer(BUY, 0.8), "answer", **record)])
    return prompt_cards(replace(details(), entries=rows, texts=texts, calls=calls))


def test_a_card_tells_template_hashes_and_what_became_of_the_answer():
    [card] = cards(evidenceTier="full", notes=["MODEL_JSON_FENCED"])
    assert (card.agent, card.stage, card.template, card.tier) == (
        "Analyst",
        "first round",
        "technical_analyst/1",
        "full",
    )
    assert (card.prompt_hash, card.answer_hash) == (PROMPT.hash, sha256_hex(RAW))
    assert (card.outcome, card.tone, card.notes) == ("decoded", "gain", "model json fenced")
    assert card.answer == RAW.decode()


def test_a_prompt_is_laid_out_by_its_messages():
    [card] = cards()
    assert [(each.title, each.size) for each in card.passages][:2] == [
        ("Rules", 9),
        ("Evidence", 12),
    ]
    assert card.passages[2].title.startswith("Task")


def test_nothing_that_looks_like_a_key_is_shown():
    [card] = cards()
    assert CANARY not in str(card)
    assert card.passages[2].text == "the task; somebody wrote ***"


@pytest.mark.parametrize(
    ("texts", "proofs"),
    [
        (TEXTS, (Proof.VERIFIED, Proof.VERIFIED)),
        ({}, (Proof.MISSING, Proof.MISSING)),
        (dict.fromkeys(TEXTS, b"something else"), (Proof.CHANGED, Proof.CHANGED)),
    ],
    ids=["as sent", "not kept", "changed"],
)
def test_the_hash_is_computed_again_from_what_is_kept(texts, proofs):
    [card] = cards(texts=texts)
    assert (card.proof, card.answer_proof) == proofs


def test_a_text_stands_on_the_page_once():
    first, second = cards(exchanges=[exchange("1"), exchange("2")])
    assert [each.said_before for each in first.passages] == ["", "", ""]
    assert [each.said_before for each in second.passages] == [
        each.anchor for each in first.passages
    ]
    assert all(each.text == "" for each in second.passages)


def test_a_rejection_stands_with_its_code_beside_the_raw_answer():
    [card] = cards(rejection={"code": "FIELD_TYPE", "detail": "decisions is no list"})
    assert (card.outcome, card.code, card.detail) == (
        "rejected",
        "FIELD_TYPE",
        "decisions is no list",
    )


def test_a_repair_is_a_card_of_its_own_and_shows_what_it_was_given():
    broken, repaired = cards(exchanges=[exchange("1"), exchange("2", "repair")])
    assert (broken.outcome, "asked to mend it" in broken.detail) == ("rejected", True)
    assert (repaired.stage, repaired.outcome) == ("repair, first round", "decoded")


def test_a_call_that_nobody_answered_says_why():
    [card] = cards(exchanges=[exchange("1", answered=False)], error="timeout")
    assert (card.outcome, card.detail, card.answer) == ("no answer", "timeout", None)


def test_every_try_is_told_with_who_answered_and_how_it_ended():
    tries = (
        call(None, logical_id="ask_analyst", code="HTTP_500", model_served=""),
        call(logical_id="ask_analyst", model=ModelId("openai", "big"), model_served="other"),
        call(logical_id="ask_somebody_else"),
    )
    [card] = cards(calls=tries)
    assert card.hops == ("openai/small: http 500", "openai/big, served by other: answered")
    assert hop_words(call(cache_hit=True)).endswith("from the cache")


def test_a_text_that_is_no_prompt_is_shown_as_it_is():
    assert messages_of("no json") == [("", "no json")]
    assert messages_of("[1]") == [("", "[1]")]
