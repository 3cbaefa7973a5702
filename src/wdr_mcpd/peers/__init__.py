"""Codecs that a user could pick instead, behind one small face."""
