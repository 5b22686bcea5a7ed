import asyncio
import contextlib
import io

from quorate.cli.progress import counted, waiting
from quorate.cli.terminal import Terminal


class Screen(io.StringIO):
    def isatty(self):
        return True


def said(stream, steps, **changes):
    terminal = Terminal(out=stream(), err=stream(), **changes)
    with counted(terminal, "sessions", steps) as advance:
        for _ in range(steps):
            advance()
    return terminal.err.getvalue()


def test_a_pipe_gets_a_line_now_and_then():
    assert said(io.StringIO, 10).splitlines() == [f"sessions: {n} of 10" for n in (2, 4, 6, 8, 10)]


def test_the_end_is_said_even_where_it_does_not_divide():
    assert said(io.StringIO, 11).splitlines()[-1] == "sessions: 11 of 11"


def test_one_step_is_one_line():
    assert said(io.StringIO, 1) == "sessions: 1 of 1\n"


def test_a_screen_gets_a_bar_that_leaves():
    assert "3/3" in said(Screen, 3)


def test_quiet_says_nothing():
    assert said(Screen, 3, quiet=True) == ""


async def waited(stream, seconds, **changes):
    terminal = Terminal(out=stream(), err=stream(), **changes)
    with waiting(terminal, "the agents argue", patience_s=0.01), contextlib.suppress(TimeoutError):
        await asyncio.wait_for(asyncio.Event().wait(), seconds)
    return terminal.err.getvalue()


async def test_a_person_who_waits_sees_for_what_and_how_long():
    shown = await waited(Screen, 0.3)
    assert "the agents argue" in shown
    assert "0:00:00" in shown


async def test_who_need_not_wait_sees_nothing_and_nor_does_a_pipe():
    assert await waited(Screen, 0) == ""
    assert await waited(io.StringIO, 0.1) == ""
    assert await waited(Screen, 0.1, quiet=True) == ""
