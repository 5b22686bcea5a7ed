"""The debate: what happens between the first round and the panel's word, on a trigger only."""

from quorate.arena.debate.service import Debate
from quorate.arena.debate.transcript import transcript

__all__ = ["Debate", "transcript"]
