"""The coherence-conditioned coder: bit planes whose models see the neighbourhood, slices and scales.

`layout` (subbands and their relatives), `transform`, `mixing` (one decision from three models), `contexts`
(what is around a coefficient), `planes` (the passes), `reconstruction` (values inside their intervals),
`restoration` (networks over decoded slices), `coder` (payload from coefficients and back).
"""
