"""The real program, one process per command, in homes of its own."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

PROGRAM = str(Path(sys.executable).parent / "quorate")
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
        done = subprocess.run(  # noqa: S603  (our own program)
            [PROGRAM, *map(str, words)],
            env=self.environment(**more),
            capture_output=True,
            text=True,
            timeout=LONGEST,
            check=False,
            cwd=self.path,
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    def start(self, *words, **more):
        return subprocess.Popen(  # noqa: S603  (our own program)
            [PROGRAM, *map(str, words)],
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
