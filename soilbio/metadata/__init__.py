"""Configuration, sample sheet and sample metadata: template, read, check."""
