"""Addresses to ask every route at: a path of the router with something in the place of each variable."""

import re

VALUES = {
    "act": "drain",
    "competition_id": "cmp_NONE",
    "decision_id": "dec_NONE",
    "digest": "0" * 64,
    "name": "nobody",
    "order_id": "a1-NONE-00",
    "role": "nobody",
    "run_id": "run_NONE",
    "seq": "1",
    "symbol": "NONE",
    "task_id": "tsk_NONE",
    "token_id": "tok_NONE",
    "trace_id": "0" * 32,
    "version": "1",
}
"""What is well formed and names nothing; any other variable is `NONE`."""


def address(path):
    """Return where to ask for what the router knows as `path`."""
    return re.sub(r"{(\w+)}", lambda found: VALUES.get(found[1], "NONE"), path)
