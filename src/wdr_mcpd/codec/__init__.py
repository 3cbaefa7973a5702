"""Embedded wavelet codecs of the WDR family: arrays in, bytes out."""
