"""The real program, one process per command, in homes of its own."""

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests import forked_program

LONGEST = 120


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out)


@dataclass(frozen=True)
class Home:
    """A home and the program that lives in it; `more` are environment variables beside it."""

    path: Path

    def run(self, *words, **more):
        """Run a command to its end, as a fork of the imported program."""
        done = forked_program.run(
            [*map(str, words)], env=self.environment(**more), cwd=self.path, timeout=LONGEST
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    def start(self, *words, **more):
        """Start a command and return while it runs."""
        return forked_program.start([*map(str, words)], env=self.environment(**more), cwd=self.path)

    def start_afresh(self, *words, **more):
        """Start the program as a shell does, with all that it imports, and return while it runs."""
        return subprocess.Popen(  # noqa: S603  (our own program)
            [forked_program.PROGRAM, *map(str, words)],
            env=self.environment(**more),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=self.path,
        )

    def environment(self, **more):
        inherited = os.environ.items()  # noqa: TID251  (a process gets its environment from somebody)
        ours = ("QUORATE_", "OPENROUTER_", "OPENAI_")
        kept = {name: value for name, value in inherited if not name.startswith(ours)}
        return kept | {"QUORATE_HOME": str(self.path)} | more

    def file(self, name, text):
        target = self.path / name
        target.write_text(text)
        return target


@pytest.fixture
def home(quorate_home):
    return Home(quorate_home)


@pytest.fixture(scope="session")
def shared_home(tmp_path_factory):
    """Return one home for all who only add to it: a first start costs more than those after it."""
    home = Home(tmp_path_factory.mktemp("home"))
    assert home.run("doctor").code == 0
    return home
