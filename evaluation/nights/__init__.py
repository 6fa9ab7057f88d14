"""The nightly gate: a suite against its accepted reference."""
