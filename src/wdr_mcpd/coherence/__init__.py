"""Coherence of slices: the mean co-located pixel difference (eq. 1) and the selection made with it."""
