"""`[providers.NAME]`: where models are asked. A key never stands there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from pydantic import AfterValidator, BeforeValidator
from pydantic_core import InitErrorDetails, PydanticCustomError, ValidationError

from quorate.llm.provider import SECRET_WORDS, ProviderPolicy, provider_problem

SECRET: Final = "secret_in_config"  # noqa: S105  (the name of a kind of problem)


def _without_secrets(raw: object) -> object:
    """Refuse a key in the section before anything quotes it."""
    if not isinstance(raw, Mapping):
        return raw
    found = [
        (str(name), str(key))
        for name, section in raw.items()
        if isinstance(section, Mapping)
        for key in section
        if str(key).lower().replace("-", "_") in SECRET_WORDS
    ]
    if found:
        raise _refused([(place, SECRET, _KEYLESS.format(name=place[0])) for place in found])
    return raw


def _complete(providers: Mapping[str, ProviderPolicy]) -> Mapping[str, ProviderPolicy]:
    """Refuse a provider that could not be asked."""
    problems = [
        ((name,), "out_of_range", f"breaks the rule: {rule}")
        for name, policy in providers.items()
        if (rule := provider_problem(name, policy))
    ]
    if problems:
        raise _refused(problems)
    return providers


def _refused(problems: Sequence[tuple[tuple[str, ...], str, str]]) -> ValidationError:
    details = [
        InitErrorDetails(
            type=PydanticCustomError(kind, "{text}", {"text": text}), loc=place, input=None
        )
        for place, kind, text in problems
    ]
    return ValidationError.from_exception_data("providers", details)


_KEYLESS: Final = (
    "a key never stands in the configuration: take it out, then quorate keys set {name}"
)

Keyless = BeforeValidator(_without_secrets)
Complete = AfterValidator(_complete)
