"""Keeping a book: what it holds and what its decisions came to, folded from its own executions, marked once a cycle."""

from quorate.cycle.book_keeping.standing import BookStanding

__all__ = ["BookStanding"]
