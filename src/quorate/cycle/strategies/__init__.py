"""Strategies: their versions, who switched them, and what they would have come to on past sessions."""
