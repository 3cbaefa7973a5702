"""Tables, figures and pages as files: how they look, and how they are written."""
