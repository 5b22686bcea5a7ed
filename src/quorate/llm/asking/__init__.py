"""One logical call under way: which model is asked next, and when to stop."""

from quorate.llm.asking.service import Asking

__all__ = ["Asking"]
