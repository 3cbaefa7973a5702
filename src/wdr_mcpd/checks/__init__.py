"""What is checked before results are believed: their content, where they come from, what they stand on."""
