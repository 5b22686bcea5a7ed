"""Providers as people meet them: which there are, where their keys come from, how their models fare."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from quorate.adapters.openai_compatible.configured import ConfiguredProvider, KeySource
from quorate.adapters.openai_compatible.keys import checked_key, keys_in, remove_key, store_key
from quorate.bootstrap.models import Models
from quorate.bootstrap.presets import PresetBook
from quorate.bootstrap.store import Store
from quorate.kernel.canonical import JsonValue
from quorate.kernel.errors import RejectedError
from quorate.kernel.journal import Event
from quorate.kernel.secret import Secret
from quorate.llm.model_listing import ModelLine, Moments, Reach, model_lines

KEY_STORED = "provider-key.stored"
KEY_REMOVED = "provider-key.removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderView:
    """A provider without its key: of that its source and its last four characters, none of a short one.

    `lacks` says what is missing before it can be asked, empty where nothing is; `stored` whether the file of keys has
    one, which a key in the environment goes before. `models` are those of the catalogue at this provider.
    """

    name: str
    configured: bool
    base_url: str
    dialect: str
    strict_schema: bool | None
    routing: dict[str, JsonValue] | None
    key_source: KeySource
    key_variable: str
    last4: str
    stored: bool
    lacks: str
    models: tuple[ModelLine, ...]

    @property
    def left_alone(self) -> int:
        """Return how many of its models are left alone just now."""
        return sum(line.reach is Reach.LEFT_ALONE for line in self.models)

    def as_json(self) -> dict[str, JsonValue]:
        """Return the provider as commands and the API tell it."""
        return {
            "name": self.name,
            "configured": self.configured,
            "baseUrl": self.base_url,
            "dialect": self.dialect,
            "strictSchema": self.strict_schema,
            "routing": self.routing,
            "keySource": self.key_source.value,
            "keyVariable": self.key_variable,
            "last4": self.last4,
            "keyStored": self.stored,
            "lacks": self.lacks,
            "models": len(self.models),
            "modelsLeftAlone": self.left_alone,
        }


@dataclass(frozen=True, slots=True)
class KeyChange:
    """What became of a wish to store or remove a key; not `applied` when it was so already."""

    provider: ProviderView
    applied: bool


class ProviderDesk:
    """One home's providers, their keys and their models."""

    def __init__(self, store: Store, models: Models, presets: PresetBook) -> None:
        self._store = store
        self._models = models
        self._presets = presets

    async def listed(self) -> Sequence[ProviderView]:
        """Return every provider by name, whether it can be asked or not.

        Raises:
            RejectedError: the file of keys was changed to something that cannot be used.
        """
        lines = await self.models()
        return [_view(each, lines) for each in self._models.known]

    async def named(self, name: str) -> ProviderView:
        """Return one provider.

        Raises:
            RejectedError: there is none of this name (slug `not-found`).
        """
        found = {each.name: each for each in await self.listed()}
        if name not in found:
            raise _unknown(name, list(found))
        return found[name]

    async def models(self) -> Sequence[ModelLine]:
        """Return every model of the catalogue, by tier and name, as it can be asked now."""
        await self._models.refresh()
        gateway, clock = self._models.gateway, self._store.clock
        return model_lines(
            self._models.catalogue,
            self._models.prices,
            gateway.health,
            providers=self._models.providers,
            chosen=await self._presets.in_force(),
            at=Moments(clock.now(), clock.monotonic()),
        )

    async def store_key(self, name: str, key: Secret) -> KeyChange:
        """Keep a provider's key in its owner's file; the provider can be asked from then on, in every process.

        Raises:
            RejectedError: there is no such provider, it is no key, or it would travel unencrypted; nothing was stored.
        """
        before = await self.named(name)
        file = self._models.keys_file
        self._models.would_be({**keys_in(file), name: checked_key(name, key)})
        applied = store_key(file, name, key)
        if applied:
            await self._record(KEY_STORED, name)
        return await self._changed(before.name, applied)

    async def remove_key(self, name: str) -> KeyChange:
        """Take a provider's key out of the file; one in the environment stays.

        Raises:
            RejectedError: there is no such provider, or the file cannot be written.
        """
        before = await self.named(name)
        applied = remove_key(self._models.keys_file, name)
        if applied:
            await self._record(KEY_REMOVED, name)
        return await self._changed(before.name, applied)

    async def _record(self, kind: str, name: str) -> None:
        """Keep that a key was changed: who reads the journal learns when, and nothing of the key."""
        event = Event(stream=f"provider:{name}", type=kind, payload={"provider": name})
        await self._store.journal.commit(lambda _tx: [event])

    async def _changed(self, name: str, applied: bool) -> KeyChange:  # noqa: FBT001
        await self._models.refresh()
        return KeyChange(await self.named(name), applied)


def _view(provider: ConfiguredProvider, lines: Sequence[ModelLine]) -> ProviderView:
    return ProviderView(
        name=provider.name,
        configured=provider.endpoint is not None,
        base_url=provider.base_url,
        dialect=provider.dialect.value,
        strict_schema=provider.policy.strict_schema,
        routing=provider.policy.routing.as_json(),
        key_source=provider.key_source,
        key_variable=provider.key_variable,
        last4=provider.key_ending,
        stored=provider.stored,
        lacks=provider.lacks,
        models=tuple(line for line in lines if line.model.provider == provider.name),
    )


def _unknown(name: str, known: Sequence[str]) -> RejectedError:
    return RejectedError(
        f"there is no provider '{name}'",
        effect="nothing was changed",
        fix=f"choose from {', '.join(known)}, or add [providers.{name}] to the configuration",
        slug="not-found",
    )
