"""How bad a world is: each seed draws how often what goes wrong in it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """Shares in [0, 1] unless told. Source: RELIABILITY 4.1 (loss 0-30 %, replay 0-50 %, crash 0-5 % a step)."""

    loss: float = 0.0
    """Of requests to the broker: not sent, lost on the way, late on the way, or their answer lost."""
    refusal: float = 0.0
    """Of orders: a definitive no."""
    frames: float = 0.0
    """Of frames of the stream: lost."""
    repeats: float = 0.0
    """Of frames: told twice; all are late by a moment of their own, so they overtake each other."""
    crash: float = 0.0
    """A step: before and after every commit and every request."""
    storage: float = 0.0
    """Of commits: the disk says no, nothing is written."""
    drops: float = 0.0
    """A minute: the stream ends."""
    skew_s: float = 0.0
    """What a process' wall clock is off by at most, in seconds."""
    latency_s: float = 0.05
    """The middle of a log-normal latency of a request."""
    slices: int = 1
    """In so many parts an order is filled at the most."""
    late_fills: float = 0.0
    """Of cancellations: the exchange had filled some more by then, and says so afterwards."""

    def healed(self) -> Rates:
        """Return the world after its faults: slow at times, and whole."""
        calm = Rates()
        return replace(calm, slices=self.slices, latency_s=min(self.latency_s, 0.2))


def drawn_rates(chance: Random) -> Rates:
    """Return the rates of a world; about one in five has no faults but the sequence of things."""
    if chance.random() < 0.2:
        return Rates(slices=chance.randint(1, 5))
    return Rates(
        loss=chance.uniform(0.0, 0.3),
        refusal=chance.choice((0.0, 0.0, 0.1)),
        frames=chance.uniform(0.0, 0.5),
        repeats=chance.uniform(0.0, 0.5),
        crash=chance.choice((0.0, 0.005, 0.02, 0.05)),
        storage=chance.choice((0.0, 0.0, 0.02)),
        drops=chance.uniform(0.0, 0.5),
        latency_s=chance.choice((0.02, 0.1, 0.5)),
        slices=chance.randint(1, 6),
        late_fills=chance.choice((0.0, 0.0, 0.3)),
    )
