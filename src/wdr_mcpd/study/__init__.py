"""The experiments: what is measured, on decoded streams."""
