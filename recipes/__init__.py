"""Recipes, one file for each (`import rpdata.recipes`)."""
