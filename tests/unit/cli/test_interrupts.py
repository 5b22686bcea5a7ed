import asyncio
import io
import os
import signal

import pytest

from quorate.cli.interrupts import Interrupts
from quorate.cli.terminal import Terminal


def silent():
    return Terminal(out=io.StringIO(), err=io.StringIO())


async def pressed():
    os.kill(os.getpid(), signal.SIGINT)
    await asyncio.wait_for(asyncio.Event().wait(), 0.05)


async def test_the_first_ctrl_c_only_asks():
    terminal = silent()
    with Interrupts(terminal) as interrupts, pytest.raises(TimeoutError):
        await pressed()
    assert interrupts.asked
    assert terminal.err.getvalue() == "Stopping after this call, Ctrl C again to quit now.\n"


async def test_the_second_ctrl_c_stops_at_once():
    async def impatient():
        with Interrupts(silent()):
            for _ in range(2):
                os.kill(os.getpid(), signal.SIGINT)
                await asyncio.sleep(0)  # noqa: TID251  (lets the handler run)
            await asyncio.Event().wait()

    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(impatient(), 5)


async def test_afterwards_ctrl_c_is_pythons_again():
    with Interrupts(silent()):
        pass
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


class Screen(io.StringIO):
    def isatty(self):
        return True


async def test_on_a_screen_the_answer_to_ctrl_c_begins_a_line_of_its_own():
    terminal = Terminal(out=Screen(), err=Screen())
    with Interrupts(terminal), pytest.raises(TimeoutError):
        await pressed()
    assert terminal.err.getvalue().startswith("\nStopping after this call")
