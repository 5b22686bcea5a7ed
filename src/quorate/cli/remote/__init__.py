"""`--server URL`: the commands as a running hub is asked for them, over its API and with its rules."""

from quorate.cli.remote.hub import RemoteHub

__all__ = ["RemoteHub"]
