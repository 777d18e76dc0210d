"""Quality signals, one file for each family (`import rpdata.signals`)."""
