"""Measures of quality: pure functions over plain sets, handed what they compare."""
