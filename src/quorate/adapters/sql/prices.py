"""Prices that somebody stated while programs run: the newest of each model, given back ones included."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from sqlalchemy import BigInteger, Column, Connection, Table, Text, bindparam, select

from quorate.adapters.sql.projection import Place, Projections, number_of, optional_text_of, text_of
from quorate.adapters.sql.schema import metadata, tenant_column, text_column
from quorate.adapters.sql.session import Session
from quorate.adapters.sql.statement import GuardedUpdate, Insert, Row, Statement, Values, rows_of
from quorate.kernel.ids import Tenant
from quorate.kernel.journal import Event
from quorate.llm.call import ModelId
from quorate.llm.catalogue import StatedPrice, model_id
from quorate.llm.told_prices import PRICE_SET, ToldPrice

MODEL_PRICES = Table(
    "model_prices",
    metadata,
    tenant_column(),
    text_column("model", key=True),
    Column("prompt", Text),
    Column("completion", Text),
    Column("version", BigInteger, nullable=False),
    text_column("set_at"),
)

_COLUMNS = (
    MODEL_PRICES.c.model,
    MODEL_PRICES.c.prompt,
    MODEL_PRICES.c.completion,
    MODEL_PRICES.c.version,
    MODEL_PRICES.c.set_at,
)
_ADD = Insert(MODEL_PRICES)
_SET = GuardedUpdate(
    MODEL_PRICES,
    where=("tenant", "model", "version"),
    change=("prompt", "completion", "version", "set_at"),
)
_ALL = Statement(select(*_COLUMNS).where(MODEL_PRICES.c.tenant == bindparam("tenant")))


def prices_stated(session: Session, tenant: Tenant) -> Mapping[ModelId, ToldPrice]:
    """Return the same as `prices_told`, inside the writer's transaction."""
    return _by_model(session.read(_ALL, {"tenant": tenant}))


def prices_told(connection: Connection, tenant: Tenant) -> Mapping[ModelId, ToldPrice]:
    """Return what was stated last of every model that anything was stated of."""
    return _by_model(rows_of(connection, _ALL, {"tenant": tenant}))


def _by_model(rows: Sequence[Row]) -> Mapping[ModelId, ToldPrice]:
    return {each.model: each for each in (_told(*row) for row in rows)}


def _told(
    model: object, prompt: object, completion: object, version: object, at: object
) -> ToldPrice:
    stated = (
        None
        if prompt is None or completion is None
        else StatedPrice(prompt=Decimal(str(prompt)), completion=Decimal(str(completion)))
    )
    return ToldPrice(
        model=model_id(str(model)), price=stated, version=int(str(version)), set_at=str(at)
    )


def _price_set(session: Session, place: Place, event: Event) -> None:
    model, version = text_of(event, "model"), number_of(event, "version")
    facts: Values = {
        "prompt": optional_text_of(event, "promptUsdPerMillion"),
        "completion": optional_text_of(event, "completionUsdPerMillion"),
        "version": version,
        "set_at": place.ts,
    }
    if version == 1:
        session.insert(_ADD, {"tenant": place.tenant, "model": model, **facts})
        return
    session.update(
        _SET,
        {"was_tenant": place.tenant, "was_model": model, "was_version": version - 1, **facts},
        otherwise=f"somebody else stated a price of {model} first",
    )


PROJECTIONS: Projections = {PRICE_SET: _price_set}
