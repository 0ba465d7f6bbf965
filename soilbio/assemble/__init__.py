"""Put what the workflow found together as one dataset."""
