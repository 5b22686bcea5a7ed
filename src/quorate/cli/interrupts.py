"""Ctrl C: the first stops after what is under way, the second at once."""

from __future__ import annotations

import asyncio
import signal
from types import TracebackType
from typing import Self

from quorate.cli.terminal import Terminal


class Interrupts:
    """Listens for Ctrl C while it is entered; `asked` says whether somebody wants to stop."""

    def __init__(self, terminal: Terminal) -> None:
        self.asked = False
        self._terminal = terminal
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.current_task()

    def __enter__(self) -> Self:
        """Take Ctrl C over from Python."""
        self._loop.add_signal_handler(signal.SIGINT, self._interrupted)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Give Ctrl C back."""
        self._loop.remove_signal_handler(signal.SIGINT)
        signal.signal(signal.SIGINT, signal.default_int_handler)

    def _interrupted(self) -> None:
        if self.asked and self._task is not None:
            self._task.cancel()
        else:
            self.asked = True
            if self._terminal.is_interactive:
                self._terminal.err.write("\n")
            self._terminal.complain("Stopping after this call, Ctrl C again to quit now.")
