"""The economics of provsim: pure functions, no files, no clock, no randomness."""
