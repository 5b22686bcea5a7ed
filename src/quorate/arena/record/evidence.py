"""The snapshot as a run's journal keeps it: enough to say what every agent saw of each symbol."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from quorate.arena.record.answers import Payload
from quorate.arena.record.facts import Facts, amount, number
from quorate.kernel.ids import Symbol
from quorate.market.regime import RegimeReading
from quorate.market.snapshot import Snapshot
from quorate.market.verdicts import Quarantine
from quorate.market.view import SymbolView
from quorate.market.wyckoff import WyckoffReading


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One symbol of a recorded snapshot; without usable data `bars` is 0 and texts are empty."""

    symbol: Symbol
    bars: int = 0
    first_session: str = ""
    last_session: str = ""
    close: str = ""
    regime: str = "unknown"
    regime_reason: str = ""
    last_change: float | None = None
    phase: str = "unknown"
    volume_trend: str = "unknown"
    quarantine: str = ""
    quarantine_detail: str = ""


def snapshot_payload(snapshot: Snapshot, symbols: Iterable[Symbol]) -> Payload:
    """Return the payload of `snapshot.frozen`, one entry per requested symbol."""
    return {
        "snapshotHash": snapshot.hash,
        "asOf": snapshot.as_of.isoformat(),
        "symbols": {symbol: _symbol_payload(snapshot, symbol) for symbol in symbols},
    }


def read_evidence(facts: Facts) -> dict[Symbol, Evidence]:
    """Return what `snapshot_payload` wrote, per symbol."""
    symbols = facts.part("symbols") or Facts({})
    return {
        Symbol(symbol): _read_symbol(Symbol(symbol), symbols.part(symbol) or Facts({}))
        for symbol in symbols.tree
    }


def _symbol_payload(snapshot: Snapshot, symbol: Symbol) -> Payload:
    view = snapshot.views.get(symbol)
    if view is not None:
        return _view_payload(view)
    return {
        "bars": 0,
        "firstSession": None,
        "lastSession": None,
        "close": None,
        "digest": None,
        "regime": None,
        "wyckoff": None,
        "quarantine": _quarantine_payload(snapshot.quarantined.get(symbol)),
    }


def _view_payload(view: SymbolView) -> Payload:
    return {
        "bars": view.bars,
        "firstSession": view.series.sessions[0].isoformat(),
        "lastSession": view.session.isoformat(),
        "close": amount(view.close),
        "digest": view.digest,
        "regime": _regime_payload(view.regime),
        "wyckoff": _wyckoff_payload(view.wyckoff),
        "quarantine": None,
    }


def _regime_payload(reading: RegimeReading) -> Payload:
    return {
        "regime": reading.regime.value,
        "volatilityPercentile": number(reading.volatility_percentile),
        "lastChange": number(reading.last_change),
        "reason": reading.reason,
    }


def _wyckoff_payload(reading: WyckoffReading) -> Payload:
    return {
        "phase": reading.phase.value,
        "subPhase": reading.sub_phase,
        "event": reading.event.value,
        "confidence": number(reading.confidence),
        "volumeTrend": reading.volume_trend.value,
        "rangeLow": number(reading.range_low),
        "rangeHigh": number(reading.range_high),
        "evidence": list(reading.evidence),
    }


def _quarantine_payload(quarantine: Quarantine | None) -> Payload | None:
    if quarantine is None:
        return None
    return {
        "code": quarantine.code.value,
        "session": quarantine.session.isoformat(),
        "detail": quarantine.detail,
    }


def _read_symbol(symbol: Symbol, facts: Facts) -> Evidence:
    regime, wyckoff, quarantine = (facts.part(key) for key in ("regime", "wyckoff", "quarantine"))
    return Evidence(
        symbol=symbol,
        bars=facts.count("bars"),
        first_session=facts.optional("firstSession", str) or "",
        last_session=facts.optional("lastSession", str) or "",
        close=facts.optional("close", str) or "",
        regime=regime.text("regime") if regime else "unknown",
        regime_reason=regime.text("reason") if regime else "",
        last_change=regime.optional("lastChange", float) if regime else None,
        phase=wyckoff.text("phase") if wyckoff else "unknown",
        volume_trend=wyckoff.text("volumeTrend") if wyckoff else "unknown",
        quarantine=quarantine.text("code") if quarantine else "",
        quarantine_detail=quarantine.text("detail") if quarantine else "",
    )
