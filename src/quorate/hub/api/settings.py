"""`/settings`: what is in force, and a change of what may change while the hub runs."""

from __future__ import annotations

import json
from typing import Annotated, Any

import msgspec
from litestar import Response, get, patch
from litestar.params import JSONBody

from quorate.access import Scope
from quorate.bootstrap.settings_desk import SettingsView
from quorate.config import ConfigError
from quorate.config.editing import GIVEN_BACK
from quorate.hub.api.headers import IfMatch, require_unchanged
from quorate.hub.api.shape import Given, Moment, Shape
from quorate.hub.parts import AnyRequest, app_in
from quorate.hub.problems import FieldProblem, Refusal, RefusedError
from quorate.hub.security.principal import require
from quorate.kernel.stamps import stamp

Value = str | int | float | bool | None


class SettingShape(Shape):
    """A value in force, secrets masked; `reloadable`: a change of it is taken up at once, else at the next start."""

    key: str
    value: Annotated[Any, msgspec.Meta(description="As JSON has it; a table where it is one.")]
    reloadable: bool


class SettingList(Shape):
    """What is in force. `changed`: what this request changed; `waiting`: what the file has and a restart would take."""

    read_at: Moment
    file: str
    config_hash: str
    items: tuple[SettingShape, ...]
    changed: tuple[str, ...]
    waiting: tuple[str, ...]
    next_cursor: str | None = None


class SettingChanges(Given):
    """Keys and their new values; null gives a key back to its default."""

    changes: Annotated[dict[str, Value], msgspec.Meta(min_length=1, max_length=20)]


@get("/settings", guards=[require(Scope.READ)], summary="The settings")
async def settings(request: AnyRequest) -> Response[SettingList]:
    """Return every value in force with the ETag of the file that they come from."""
    return _shown(request, app_in(request).settings.shown())


@patch(
    "/settings", guards=[require(Scope.ADMIN, step_up=True)], summary="Change what may be changed"
)
async def change_settings(
    request: AnyRequest, data: JSONBody[SettingChanges], if_match: IfMatch = None
) -> Response[SettingList]:
    """Write values into the configuration file and take them up; a key that needs a restart is refused with 409."""
    desk = app_in(request).settings
    require_unchanged(if_match, desk.shown().etag, "the file of settings was changed meanwhile")
    try:
        view = await desk.change({key: _text(value) for key, value in data.changes.items()})
    except ConfigError as error:
        raise _not_allowed(error) from error
    return _shown(request, view)


def _text(value: Value) -> str:
    """Return a JSON value as it stands in TOML, where both write texts, numbers and truth alike."""
    return GIVEN_BACK if value is None else json.dumps(value, ensure_ascii=False)


def _not_allowed(error: ConfigError) -> RefusedError:
    """Return the refusal of values that the configuration may not have."""
    found = [FieldProblem(f"/changes/{each.key}", each.problem) for each in error.errors]
    return RefusedError(
        "; ".join(f"{each.pointer} {each.detail}" for each in found),
        slug="validation-failed",
        effect="nothing was changed",
        refusal=Refusal(errors=found),
    )


def _shown(request: AnyRequest, view: SettingsView) -> Response[SettingList]:
    body = SettingList(
        read_at=stamp(app_in(request).clock.now()),
        file=view.file,
        config_hash=view.config_hash,
        items=tuple(
            SettingShape(key=each.key, value=each.value, reloadable=each.reloadable)
            for each in view.items
        ),
        changed=view.changed,
        waiting=view.waiting,
    )
    return Response(body, headers={"ETag": view.etag})
