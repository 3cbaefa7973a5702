"""What the study found: its tables and figures, the findings in words, the report's pages and the viewer."""
