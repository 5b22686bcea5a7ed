"""What `make run` starts: the replay; nothing is served yet, so `--no-serve` changes nothing."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from quorate.cli.main import main


def main_job(arguments: Sequence[str]) -> int:
    """Replay the packaged history; `arguments` are those of `quorate replay`."""
    return main(["replay", *(word for word in arguments if word != "--no-serve")])


if __name__ == "__main__":
    sys.exit(main_job(sys.argv[1:]))
