"""Filter rules, one file for each paper (`import rpdata.filters`)."""
