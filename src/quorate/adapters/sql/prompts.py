"""The prompts that users wrote: a row each, never changed.  Source: R-066, R-071."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import BigInteger, Column, Connection, Table, bindparam, select

from quorate.adapters.sql.projection import Place, Projections, number_of, text_of
from quorate.adapters.sql.schema import metadata, tenant_column, text_column
from quorate.adapters.sql.session import Session
from quorate.adapters.sql.statement import Insert, Row, Statement, rows_of
from quorate.agents.profile import Role
from quorate.agents.prompts.library import PromptVersion
from quorate.agents.prompts.templates import PromptTemplate
from quorate.kernel.canonical import sha256_hex
from quorate.kernel.errors import InvariantBrokenError
from quorate.kernel.ids import Tenant
from quorate.kernel.journal import Event

PROMPT_VERSIONS = Table(
    "prompt_versions",
    metadata,
    tenant_column(),
    text_column("template_id", key=True),
    text_column("role"),
    Column("version", BigInteger, nullable=False),
    text_column("sha256"),
    text_column("text"),
    text_column("note"),
    text_column("added_by"),
    text_column("added_at"),
)

_ADD = Insert(PROMPT_VERSIONS)
_OF_TENANT = (
    select(
        PROMPT_VERSIONS.c.role,
        PROMPT_VERSIONS.c.template_id,
        PROMPT_VERSIONS.c.text,
        PROMPT_VERSIONS.c.note,
        PROMPT_VERSIONS.c.added_by,
        PROMPT_VERSIONS.c.added_at,
    )
    .where(PROMPT_VERSIONS.c.tenant == bindparam("tenant"))
    .order_by(PROMPT_VERSIONS.c.role, PROMPT_VERSIONS.c.version)
)
_ALL = Statement(_OF_TENANT)
_OF_ROLE = Statement(_OF_TENANT.where(PROMPT_VERSIONS.c.role == bindparam("role")))


def role_prompts(session: Session, tenant: Tenant, role: Role) -> Sequence[PromptVersion]:
    """Return the stored prompts of a role, oldest first, inside the writer's transaction."""
    return [_version_in(row) for row in session.read(_OF_ROLE, {"tenant": tenant, "role": role})]


def stored_prompts(connection: Connection, tenant: Tenant) -> Sequence[PromptVersion]:
    """Return every stored prompt, by role and version."""
    return [_version_in(row) for row in rows_of(connection, _ALL, {"tenant": tenant})]


def _version_in(row: Row) -> PromptVersion:
    role, template_id, text, note, by, at = map(str, row)
    template = PromptTemplate(template_id=template_id, role=Role(role), text=text)
    return PromptVersion(template=template, note=note, added_by=by, added_at=at)


def _added(session: Session, place: Place, event: Event) -> None:
    text = text_of(event, "text")
    if sha256_hex(text) != text_of(event, "sha256"):
        raise InvariantBrokenError(f"{event.type}: the text is not the one that its hash names")
    session.insert(
        _ADD,
        {
            "tenant": place.tenant,
            "template_id": text_of(event, "templateId"),
            "role": text_of(event, "role"),
            "version": number_of(event, "version"),
            "sha256": text_of(event, "sha256"),
            "text": text,
            "note": text_of(event, "note"),
            "added_by": text_of(event, "by"),
            "added_at": place.ts,
        },
    )


PROJECTIONS: Projections = {"prompt.version_added": _added}
