"""`quorate up`: what it prints; how it serves is tested on real ports."""

import io
import json

import pytest

from quorate.cli.invocation import Invocation
from quorate.cli.terminal import Terminal
from quorate.cli.up import show_launch
from quorate.hub.server import Launch

LINK = "http://127.0.0.1:8600/admin/sign-in?token=abc"


def launch(*, serving=True):
    url = "http://127.0.0.1:8600/admin"
    return Launch(url=url, sign_in=LINK, port=8600, pid=7, serving=serving)


def shown(*, as_json=False, **options):
    terminal = Terminal(out=io.StringIO(), err=io.StringIO(), as_json=as_json)
    call = Invocation(terminal=terminal, limit=25, cursor=None, compose=lambda: None)
    show_launch(call, launch(**options))
    return terminal.out.getvalue(), terminal.err.getvalue()


def test_a_person_gets_the_link_alone_on_its_line():
    out, said = shown()
    assert out == f"{LINK}\n"
    assert "Ctrl C stops it" in said


def test_a_program_gets_one_object():
    out, _ = shown(as_json=True)
    assert json.loads(out) == {
        "launch": {
            "signIn": LINK,
            "url": "http://127.0.0.1:8600/admin",
            "port": 8600,
            "pid": 7,
            "serving": True,
        }
    }


def test_a_hub_that_is_served_already_says_so():
    out, said = shown(serving=False)
    assert out == f"{LINK}\n"
    assert "already" in said


@pytest.mark.parametrize("port", ["0", "65536", "x"])
def test_a_port_that_is_none_is_refused(quorate, port):
    assert quorate("up", "--port", port).code == 2
