"""Wavelet difference reduction: our coder pass by pass (Algorithm 1), and the reference's choices.

`neighbourhood` (what is known around coefficients), `sorting_pass` and `refinement_pass`, `bit_planes` (the
loop over thresholds), `coder` (payload from coefficients and back); `reference` stands alone.
"""
