"""The report's page: markup, drawings, a module for each section, and the whole."""
