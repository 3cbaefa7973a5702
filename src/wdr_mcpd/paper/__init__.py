"""What the paper shows, from our measurements: Tables 1 to 3, Figures 1 and 2, the section "Results"."""
