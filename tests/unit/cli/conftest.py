"""The command line in this process, over an application in memory."""

import json
from dataclasses import dataclass

import pytest

from quorate.cli.main import main
from tests.unit.cli.fake_app import FakeApp, FakeComposition


@dataclass
class Outcome:
    code: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out)

    @property
    def lines(self):
        return self.out.splitlines()


@pytest.fixture
def fake_app():
    return FakeApp()


@pytest.fixture
def quorate(fake_app, capsys):
    def run(*words):
        capsys.readouterr()
        code = main([str(word) for word in words], lambda: FakeComposition(fake_app))
        shown = capsys.readouterr()
        return Outcome(int(code), shown.out, shown.err)

    return run
