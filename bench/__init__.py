"""Benchmarks, and the adapters that the scorers call."""
