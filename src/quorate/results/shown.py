"""A result as programs read it: one object, the same on the command line and in the hub."""

from __future__ import annotations

from dataclasses import asdict

from quorate.results.result import to_display
from quorate.results.standing import ResultLine


def result_json(line: ResultLine) -> dict[str, object]:
    """Return the object of a result and how it stands, its names in camelCase."""
    result, display = line.result, to_display(line.result)
    facts = {_camel(name): value for name, value in asdict(result).items()}
    return {
        **facts,
        "triggers": list(result.triggers),
        "completedBy": list(result.completed_by),
        "staleAfter": line.stale_after,
        "states": sorted(state.value for state in line.states),
        "display": {
            "confidence": display.confidence,
            "risk": display.risk.value,
            "warning": display.warning,
            "degraded": display.degraded,
        },
    }


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)
