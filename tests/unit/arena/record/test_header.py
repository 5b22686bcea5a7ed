from dataclasses import replace
from decimal import Decimal

import pytest

from quorate.agents.defaults import DEFAULT_PROFILES
from quorate.agents.profile import Role
from quorate.arena.record.facts import Facts
from quorate.arena.record.header import (
    Cast,
    ReplayOf,
    completed_payload,
    end_of,
    ended_payload,
    read_book,
    read_cast,
    read_header,
    requested_payload,
    stream_of,
)
from quorate.arena.seats import NO_SEATS, Seats
from quorate.kernel.errors import InvariantBrokenError
from quorate.kernel.ids import Symbol
from quorate.kernel.money import Quantity, Usd
from quorate.portfolio.book import Book, BookMode
from tests.unit.arena.casts import BUY, HOLD, PROFILES, RUN, ballot, decided, header, profile
from tests.unit.arena.record.test_answers import stored


@pytest.mark.parametrize(
    "begun",
    [
        pytest.param(header("AAPL", "IBM"), id="by hand"),
        pytest.param(replace(header(), requested_as_of=None, cycle_id="cyc_1"), id="by the cycle"),
    ],
)
def test_a_header_reads_back_as_it_was(begun):
    payload = requested_payload(begun, [PROFILES["trend"]])
    assert read_header(stored(payload)) == begun


def test_a_run_records_its_profiles_in_full():
    (recorded,) = requested_payload(header(), [PROFILES["rule_risk_manager"]])["profiles"]
    assert recorded["model"] == "risk_manager/1"
    assert recorded["voter"] is False
    assert recorded["role"] == "risk_manager"


def test_a_header_of_old_reads_as_one_of_a_run_that_had_no_more():
    payload = dict(stored(requested_payload(header(), [PROFILES["trend"]])).tree)
    for later in ("seats", "bookState", "maxCostUsd", "thresholds", "replayOf"):
        del payload[later]
    facts = Facts(payload)
    assert read_header(facts) == header()
    assert read_cast(facts) == Cast((PROFILES["trend"],), NO_SEATS)
    assert read_book(facts) is None


def test_who_speaks_and_what_the_book_holds_are_recorded_in_full():
    seats = Seats(speakers=(profile("bull", Role.BULL),), panel=(profile("judge", Role.JUDGE),))
    book = Book(
        name=header().book,
        mode=BookMode.REPLAY,
        cash=Usd(Decimal("99.50")),
        positions={Symbol("AAPL"): Quantity(Decimal("1.5"))},
    )
    facts = stored(requested_payload(header(), [PROFILES["trend"]], seats, book))
    assert read_cast(facts) == Cast((PROFILES["trend"],), seats)
    assert read_book(facts).state_hash == book.state_hash


def test_a_what_if_says_what_it_stands_on_also_in_its_end():
    origin = ReplayOf(run_id=RUN, swaps=("threshold=quorum:3",), free=True)
    begun = replace(
        header(), replay_of=origin, thresholds={"quorum": "3"}, max_cost=Usd(Decimal("0.05"))
    )
    assert read_header(stored(requested_payload(begun, [PROFILES["trend"]]))) == begun
    assert end_of(begun, {"reason": "x"}) == {"reason": "x", "replayOf": RUN}
    assert end_of(header(), {"reason": "x"}) == {"reason": "x"}


def test_a_header_without_its_session_is_corrupt():
    payload = stored(requested_payload(header(), DEFAULT_PROFILES)).tree
    with pytest.raises(InvariantBrokenError, match="asOf"):
        read_header(Facts({**payload, "asOf": None}))


def test_a_completed_run_names_what_it_concluded():
    payload = completed_payload(
        [decided(ballot(HOLD, HOLD))], cost=Usd(Decimal(0)), latency_ms=12.5
    )
    assert payload == {
        "costUsd": "0",
        "latencyMs": "12.5",
        "finalActions": {"AAPL": "HOLD"},
        "escalated": False,
    }


def test_a_run_that_ended_otherwise_says_why():
    assert ended_payload(reason="abandoned", detail="the process was killed") == {
        "reason": "abandoned",
        "detail": "the process was killed",
    }


def test_a_run_has_a_stream_of_its_own():
    assert stream_of(RUN) == "run:run_1"
    assert decided(ballot(BUY, BUY)).decision_id.startswith("dec_")
