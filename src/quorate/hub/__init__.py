"""The hub: the one web app in which everything is seen and done."""

from quorate.hub.application import create_hub

__all__ = ["create_hub"]
