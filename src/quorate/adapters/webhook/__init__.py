"""Webhook: alerts as JSON, posted to the one address of the settings; nothing else leaves here."""

from quorate.adapters.webhook.client import Webhook, open_webhook

__all__ = ["Webhook", "open_webhook"]
