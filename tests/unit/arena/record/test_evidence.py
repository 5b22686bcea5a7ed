from quorate.arena.record.evidence import Evidence, read_evidence, snapshot_payload
from quorate.arena.record.facts import Facts
from quorate.kernel.ids import Symbol
from tests.unit.arena.markets import snapshot
from tests.unit.arena.record.test_answers import stored

SYMBOLS = (Symbol("AAPL"), Symbol("IBM"), Symbol("XYZ"))


def test_a_snapshot_is_recorded_with_one_entry_per_symbol():
    payload = snapshot_payload(snapshot(), SYMBOLS)
    assert payload["snapshotHash"] == "5na9"
    assert payload["asOf"] == "2001-10-27"
    assert list(payload["symbols"]) == list(SYMBOLS)
    assert payload["symbols"]["AAPL"]["digest"] == snapshot().views[Symbol("AAPL")].digest
    assert payload["symbols"]["IBM"]["quarantine"]["code"] == "BAR_GAP"


def test_what_was_seen_reads_back():
    seen = read_evidence(stored(snapshot_payload(snapshot(), SYMBOLS)))
    view = snapshot().views[Symbol("AAPL")]
    assert seen[Symbol("AAPL")] == Evidence(
        symbol=Symbol("AAPL"),
        bars=300,
        first_session="2001-01-01",
        last_session="2001-10-27",
        close=str(view.close),
        regime=view.regime.regime,
        regime_reason=view.regime.reason,
        last_change=view.regime.last_change,
        phase=view.wyckoff.phase,
        volume_trend=view.wyckoff.volume_trend,
    )
    assert seen[Symbol("IBM")].quarantine == "BAR_GAP"
    assert seen[Symbol("XYZ")] == Evidence(symbol=Symbol("XYZ"))


def test_a_payload_without_symbols_saw_nothing():
    assert read_evidence(Facts({})) == {}
