"""One hop of a logical call: reserved, sent, classified and settled, whether or not its caller stays."""

from quorate.llm.hop.flight import Flight, Settled, flight_of, wanted_for
from quorate.llm.hop.service import Hops

__all__ = ["Flight", "Hops", "Settled", "flight_of", "wanted_for"]
