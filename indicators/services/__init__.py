"""Slow signs of other departments: counters, hotline, clinics, industrial parks."""
