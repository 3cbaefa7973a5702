"""Tables, figures and the report, drawn from what the study measured."""
