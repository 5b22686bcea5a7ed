"""Help comes at once: it waits for nothing that only commands with a home need."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.e2e

SLOW = ("aiohttp", "alembic", "cryptography", "litestar", "numpy", "sqlalchemy", "talib", "uvicorn")
"""What takes most of a command's start; docs/benchmarks.md has the time itself."""

ASK = f"""
import sys
from quorate.cli.main import main
code = main(["--help"])
print(sorted(name for name in {SLOW!r} if name in sys.modules), file=sys.stderr)
raise SystemExit(code)
"""


def test_help_loads_nothing_that_takes_long():
    asked = subprocess.run(  # noqa: S603  (our own program)
        [sys.executable, "-c", ASK], capture_output=True, text=True, check=True
    )
    assert "Usage:" in asked.stdout
    assert asked.stderr.strip() == "[]"
