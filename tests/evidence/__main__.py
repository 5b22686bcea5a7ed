"""Write the logs of docs/evidence anew: `python -m tests.evidence [NAME...]`."""

from __future__ import annotations

import inspect
import shutil
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from tests.evidence.log import TOOLS, Log
from tests.evidence.scenes import SCENES

TARGET = Path(__file__).parents[2] / "docs" / "evidence"


def main(*wanted: str) -> int:
    """Write the logs that are wanted, all of them where none is named, and say where they are."""
    if absent := [tool for tool in TOOLS if shutil.which(tool) is None]:
        print(
            f"{', '.join(absent)} is missing. On Debian or Ubuntu: sudo apt-get install {' '.join(absent)}",
            file=sys.stderr,
        )
        return 1
    TARGET.mkdir(parents=True, exist_ok=True)
    for name in wanted or tuple(SCENES):
        today = datetime.now(UTC).date()
        written = f"Written by `make evidence` on {today}; ids and times are of that run."
        about = f"{inspect.getdoc(SCENES[name])}\n\n{written}"
        with tempfile.TemporaryDirectory() as folder:
            log = Log(Path(folder), about)
            SCENES[name](log)
        (TARGET / f"{name}.txt").write_text(log.text)
        print(TARGET / f"{name}.txt")
    if not wanted:
        for old in TARGET.glob("*.txt"):
            if old.stem not in SCENES:
                old.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
