"""Watch: what a person must know of a book is said at once, kept until somebody has seen to it, and told abroad."""

from quorate.cycle.watch.alert import Alert, AlertFact, RaisedAlert, Severity
from quorate.cycle.watch.policy import AlertsPolicy

__all__ = ["Alert", "AlertFact", "AlertsPolicy", "RaisedAlert", "Severity"]
