from dataclasses import replace

from quorate.hub.pages.runs.tool_calls import LONGEST_SHOWN, tool_call_rows, tool_call_words
from quorate.kernel.canonical import sha256_hex
from tests.unit.arena.casts import BUY, answer, entries
from tests.unit.arena.record.debated import ANALYST, CANARY, USED, answered, details


def test_every_use_is_told_in_order_with_who_and_when():
    used, refused = tool_call_rows(details())
    assert (used.order, used.agent, used.stage, used.tool) == (1, "analyst", "first round", "bars")
    assert (used.arguments, used.took) == ('{"symbol":"AAPL"}', "")
    assert (refused.order, refused.tool, refused.refusal) == (2, "orders", "no")
    assert tool_call_words([used, refused]) == "2 calls, 1 refused"
    assert tool_call_words([used]) == "1 call, none refused"


def test_a_long_result_is_cut_and_its_hash_covers_all_of_it():
    used = tool_call_rows(details())[0]
    assert (len(used.result), used.left_out) == (LONGEST_SHOWN, 500)
    assert used.result_hash == sha256_hex("x" * 2000)


def test_nothing_that_looks_like_a_key_is_shown():
    use = {**USED, "arguments": CANARY, "result": f"found {CANARY}", "latencyMs": "0.2"}
    rows = entries([answered(ANALYST, answer(BUY, 0.8), "answer", toolUses=[use])])
    [row] = tool_call_rows(replace(details(), entries=rows))
    assert (row.arguments, row.result, row.took) == ("***", "found ***", "0.2 ms")
