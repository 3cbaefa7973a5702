"""Benchmarks behind `make bench`: speed, growth and rate-distortion beside peers."""
