"""The law, wired: the court that judges every task, and the desk at which people see what it found."""

from quorate.bootstrap.law.answers import KnownKey, ShownVerdict
from quorate.bootstrap.law.comparing import Compared, Standing
from quorate.bootstrap.law.court import HomeCourt
from quorate.bootstrap.law.desk import LawDesk
from quorate.bootstrap.law.proving import ChainProof, HashedRow

__all__ = [
    "ChainProof",
    "Compared",
    "HashedRow",
    "HomeCourt",
    "KnownKey",
    "LawDesk",
    "ShownVerdict",
    "Standing",
]
