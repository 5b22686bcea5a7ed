"""What `make run` starts: the replay, then the hub, until somebody stops it; `--no-serve` leaves the hub out."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from quorate.cli.failures import ExitCode
from quorate.cli.main import main

NO_SERVE = "--no-serve"


def main_job(arguments: Sequence[str]) -> int:
    """Replay the packaged history, then serve what came of it; `arguments` are those of `quorate replay`."""
    code = main(["replay", *(word for word in arguments if word != NO_SERVE)])
    if code != ExitCode.DONE or NO_SERVE in arguments:
        return code
    return main(["up"])


if __name__ == "__main__":
    sys.exit(main_job(sys.argv[1:]))
