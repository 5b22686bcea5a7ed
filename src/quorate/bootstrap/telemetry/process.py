"""The process itself: how much memory it holds and for how long it has run."""

from __future__ import annotations

import os
import resource
import sys
import time
from pathlib import Path
from typing import Final

_PAGE: Final = os.sysconf("SC_PAGE_SIZE")
_STATM: Final = Path("/proc/self/statm")
_BEGAN: Final = time.monotonic()


def resident_bytes() -> int:
    """Return the memory that the process holds now; where the system does not tell that, the most that it held."""
    try:
        return int(_STATM.read_text().split()[1]) * _PAGE
    except (OSError, ValueError, IndexError):
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most if sys.platform == "darwin" else most * 1024


def uptime_seconds() -> float:
    """Return the seconds since this module was first imported, which opening a home does."""
    return time.monotonic() - _BEGAN
