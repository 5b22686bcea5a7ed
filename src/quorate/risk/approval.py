"""The approval of an order: the only thing that a broker takes, and made here alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from quorate.kernel.errors import InvariantBrokenError
from quorate.risk.assessment import Assessment
from quorate.risk.order import OrderRequest

_SEAL: Final = object()


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovedOrder:
    """An order that every check let through; `approve` alone makes one. Source: DESIGN 8 (Risk)."""

    request: OrderRequest
    assessment: Assessment
    _seal: object = field(repr=False)

    def __post_init__(self) -> None:
        """Refuse to be made by anybody else."""
        if self._seal is not _SEAL:
            raise InvariantBrokenError("an approved order is made by the risk room alone")


def approve(assessment: Assessment) -> ApprovedOrder:
    """Return the approved order.

    Raises:
        InvariantBrokenError: a check denied it.
    """
    denial = assessment.denial
    if denial is not None:
        raise InvariantBrokenError(f"an order that was denied ({denial.code}) cannot be approved")
    return ApprovedOrder(request=assessment.order, assessment=assessment, _seal=_SEAL)
