"""Previewing: what a cycle would order, without ordering it."""

from quorate.cycle.previewing.service import PREVIEWED, CyclePreview

__all__ = ["PREVIEWED", "CyclePreview"]
