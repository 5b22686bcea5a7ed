"""Cycle: the seven steps from bars to audited orders, one at a time for a book."""

from quorate.cycle.stage import AT_REST, CYCLE_TABLE, CycleEvent, CycleStage

__all__ = ["AT_REST", "CYCLE_TABLE", "CycleEvent", "CycleStage"]
