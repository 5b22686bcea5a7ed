"""A log: shell commands in a home of their own, each with what it printed, and its exit code where that is not 0."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.browser.hub import free_port

LONGEST = 300
"""Seconds that one command may take."""

REPOSITORY = Path(__file__).parents[2]
"""Where `python -m` finds what of the tests the logs use."""

TOOLS = ("curl", "jq", "sqlite3")
"""What the commands of the logs need beside the product."""


class Log:
    """What was typed and what came of it; `folder` is the user's home directory, so `~/.quorate` is Quorate's."""

    def __init__(self, folder: Path, about: str) -> None:
        self._folder = folder
        self._lines = [*(f"# {line}".rstrip() for line in about.strip().splitlines()), ""]
        kept = ("PATH", "LANG", "LC_ALL")
        programs = str(Path(sys.executable).parent)
        self._environment = {
            **{name: os.environ[name] for name in kept if name in os.environ},
            "PATH": f"{programs}:{os.environ['PATH']}",
            "HOME": str(folder),
            "PYTHONPATH": str(REPOSITORY),
        }

    @property
    def text(self) -> str:
        return "\n".join(self._lines).rstrip() + "\n"

    def provide(self, **variables: str) -> None:
        """Set variables of the shell, which the log does not show."""
        self._environment |= variables

    def note(self, words: str) -> None:
        """Say between two commands what to look for."""
        self._lines += ["", *(f"# {line}" for line in words.splitlines())]

    def shell(self, line: str) -> str:
        """Run a line of shell and keep it with its output; return the output."""
        done = self._done(line)
        said = (done.stdout + done.stderr).replace(str(self._folder), "~").rstrip()
        self._lines += [f"$ {line}", *said.splitlines()]
        if done.returncode:
            self._lines.append(f"[exit {done.returncode}]")
        return done.stdout

    def keep(self, name: str, line: str) -> str:
        """Set a variable of the shell to what a line prints; a secret is thus used and not shown."""
        done = self._done(line)
        if done.returncode:
            raise SystemExit(f"{line}: {done.stderr}")
        self._environment[name] = done.stdout.strip()
        self._lines.append(f"$ {name}=$({line})")
        return self._environment[name]

    @contextmanager
    def served(self) -> Iterator[None]:
        """Serve the home for the block, at `$HUB`."""
        port = free_port()
        self._lines.append("$ quorate up &")
        process = subprocess.Popen(
            ["quorate", "up", "--port", str(port)],
            env=self._environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._environment["HUB"] = f"http://127.0.0.1:{port}"
        try:
            _wait_for(f"{self._environment['HUB']}/admin/sign-in")
            yield
        finally:
            process.terminate()
            process.wait(timeout=30)

    def _done(self, line: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", "-o", "pipefail", "-c", line],
            env=self._environment,
            cwd=self._folder,
            capture_output=True,
            text=True,
            timeout=LONGEST,
            check=False,
        )


def _wait_for(url: str) -> None:
    for _ in range(300):
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310  (our own hub on loopback)
                return
        except urllib.error.HTTPError:
            return  # it answers, whatever it says
        except OSError:
            time.sleep(0.2)
    raise SystemExit(f"nobody answers at {url}")
