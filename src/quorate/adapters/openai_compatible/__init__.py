"""The client of every provider that speaks OpenAI's chat-completions protocol: OpenRouter, OpenAI, Ollama, vLLM."""

from quorate.adapters.openai_compatible.client import OpenAiCompatible, open_providers
from quorate.adapters.openai_compatible.configured import (
    ConfiguredProvider,
    KeySource,
    configured_providers,
    endpoints_of,
    provider_variables,
)
from quorate.adapters.openai_compatible.connections import (
    ConnectionPolicy,
    Connections,
    open_connections,
)
from quorate.adapters.openai_compatible.endpoint import Endpoint
from quorate.adapters.openai_compatible.keys import KEYS_FILE, keys_in, remove_key, store_key
from quorate.adapters.openai_compatible.listing import Credit, ListedModel
from quorate.kernel.secret import Secret
from quorate.llm.provider import Dialect

__all__ = [
    "KEYS_FILE",
    "ConfiguredProvider",
    "ConnectionPolicy",
    "Connections",
    "Credit",
    "Dialect",
    "Endpoint",
    "KeySource",
    "ListedModel",
    "OpenAiCompatible",
    "Secret",
    "configured_providers",
    "endpoints_of",
    "keys_in",
    "open_connections",
    "open_providers",
    "provider_variables",
    "remove_key",
    "store_key",
]
