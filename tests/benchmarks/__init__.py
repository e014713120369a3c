"""Measurements with a goal. Not part of the tests, because they depend on the machine: `pytest tests/benchmarks/bench_*.py`."""
