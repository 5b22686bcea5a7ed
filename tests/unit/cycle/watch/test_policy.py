"""The policy of alerts: which webhooks are refused, and what is shown of one."""

from __future__ import annotations

import pytest

from quorate.cycle.watch import AlertsPolicy, Severity
from quorate.kernel.errors import RejectedError


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("", ""),
        ("https://hooks.example.org/services/T0/B0/secret", "https://hooks.example.org/***"),
        ("https://hooks.example.org:8443?token=secret", "https://hooks.example.org:8443/***"),
        ("http://127.0.0.1:9000/alerts", "http://127.0.0.1:9000/***"),
        ("http://[::1]:9000", "http://[::1]:9000/***"),
    ],
)
def test_of_a_webhook_the_host_alone_is_shown(url, shown):
    policy = AlertsPolicy(webhook_url=url)
    assert policy.shown_url == shown
    assert "secret" not in repr(policy)


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.org/x",
        "ftp://hooks.example.org/x",
        "https://me:secret@hooks.example.org/x",
        "https://hooks.example.org/a b",
        "https://hooks.example.org/x#y",
        "hooks.example.org",
        "https://",
        " ",
    ],
)
def test_a_webhook_that_would_send_in_the_clear_or_nowhere_is_refused(url):
    with pytest.raises(RejectedError, match="webhook_url is an https URL"):
        AlertsPolicy(webhook_url=url)


@pytest.mark.parametrize(
    "wrong",
    [
        {"timeout_seconds": 0},
        {"timeout_seconds": 60.1},
        {"tries": 0},
        {"tries": 11},
        {"kept_cycles": 0},
    ],
    ids=str,
)
def test_a_limit_that_would_be_none_is_refused(wrong):
    with pytest.raises(RejectedError, match=next(iter(wrong))):
        AlertsPolicy(**wrong)


def test_the_defaults_tell_nobody_abroad():
    policy = AlertsPolicy()
    assert (policy.webhook_url, policy.min_severity) == ("", Severity.WARNING)
    assert (policy.timeout_seconds, policy.tries) == (5.0, 3)
