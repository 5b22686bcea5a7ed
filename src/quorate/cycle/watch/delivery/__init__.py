"""Delivery: alerts on their way to the webhook, beside everything else."""
