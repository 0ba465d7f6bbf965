"""Soil profiles and their physical, chemical, biological and management data."""
