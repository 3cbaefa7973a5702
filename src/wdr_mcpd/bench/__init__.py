"""Benchmarks behind `make bench`: speed, growth, lossless and rate-distortion beside codecs."""
