"""A broker in memory: two keys in a file, and an account that answers as it is told."""

from __future__ import annotations

from dataclasses import dataclass, field

ANSWERED = {
    "name": "alpaca",
    "ok": True,
    "host": "https://paper-api.alpaca.markets",
    "cash": "100000",
    "equity": "100250.50",
    "blocked": False,
    "marketOpen": True,
    "marketData": True,
}


@dataclass
class FakeBrokerView:
    key_source: str = "none"
    last4: str = ""
    stored: bool = False
    key_variable: str = "APCA_API_KEY_ID"

    def as_json(self):
        return {
            "name": "alpaca",
            "adapter": "alpaca" if self.key_source != "none" else "simulated",
            "keySource": self.key_source,
            "keyVariable": self.key_variable,
            "last4": self.last4,
            "keyStored": self.stored,
            "baseUrl": "",
            "lacks": "",
        }


@dataclass
class FakeBrokerChange:
    broker: FakeBrokerView
    applied: bool


@dataclass
class FakeBrokerTest:
    told: dict

    def as_json(self):
        return self.told


@dataclass
class FakeBroker:
    view: FakeBrokerView = field(default_factory=FakeBrokerView)
    keys: tuple = ()
    told: dict = field(default_factory=lambda: dict(ANSWERED))

    async def shown(self):
        return self.view

    async def store_keys(self, key_id, secret_key):
        applied = self.keys != (key_id, secret_key)
        self.keys = (key_id, secret_key)
        self.view.stored = True
        if self.view.key_source == "none":
            self.view.key_source, self.view.last4 = "file", key_id.ending
        return FakeBrokerChange(self.view, applied)

    async def remove_keys(self):
        applied, self.keys = bool(self.keys), ()
        self.view.stored = False
        return FakeBrokerChange(self.view, applied)

    async def test(self):
        return FakeBrokerTest(self.told)
