"""Serve forks of the imported program: each request is its words, environment and folder, and three descriptors."""

from __future__ import annotations

import gc
import importlib
import json
import os
import pkgutil
import signal
import socket
import sys
from typing import Any

MOST_BYTES = 1 << 20
FIRST_ROOMS = ("quorate.cli", "quorate.bootstrap", "quorate.hub")
"""What a command imports, with all that it stands on."""

LATER = ("alembic.command", "jq")
"""What it imports only when it comes to that."""


def imported() -> None:
    """Import what commands import, read what the package brings, and freeze it as the program does."""
    gc.disable()
    for room in FIRST_ROOMS:
        package = importlib.import_module(room)
        for module in pkgutil.walk_packages(package.__path__, f"{room}."):
            importlib.import_module(module.name)
    for name in LATER:
        importlib.import_module(name)
    importlib.import_module("quorate.bootstrap.seeding").packaged_series()
    gc.enable()
    gc.freeze()


def forked(door: socket.socket) -> None:
    """Fork for every request until the door is closed; return in the processes that are to be the program."""
    while True:
        message, descriptors, _flags, _address = socket.recv_fds(door, MOST_BYTES, 3)
        if not message:
            os._exit(0)
        if os.fork() == 0:
            door.close()
            keep(json.loads(message), *descriptors)
            return
        for each in descriptors:
            os.close(each)
        reap()


def reap() -> None:
    """Take note of keepers that are done, as a parent must."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def keep(asked: dict[str, Any], out: int, err: int, report: int) -> None:
    """Fork once more, tell the child's id and then its exit code to `report`; return in the child."""
    process = os.fork()
    if process == 0:
        os.close(report)
        become(asked, out, err)
        return
    for each in (out, err):
        os.close(each)
    os.write(report, f"{process}\n".encode())
    _, status = os.waitpid(process, 0)
    try:
        os.write(report, f"{os.waitstatus_to_exitcode(status)}\n".encode())
    finally:
        os._exit(0)


def become(asked: dict[str, Any], out: int, err: int) -> None:
    """Take on the streams, the folder, the words and the environment of the process that was asked for."""
    for there, here in ((out, 1), (err, 2)):
        os.dup2(there, here)
        os.close(there)
    os.chdir(asked["cwd"])
    os.environ.clear()  # noqa: TID251  (it stands for an exec, which replaces them)
    os.environ.update(asked["env"])  # noqa: TID251
    sys.argv[:] = asked["command"]
    signal.signal(signal.SIGINT, signal.default_int_handler)


if __name__ == "__main__":
    # An interrupt is for the commands; the server goes when its door closes.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    imported()
    forked(socket.socket(fileno=int(sys.argv[1])))
    from quorate.cli.main import main

    sys.exit(main())
