"""Which documents may be near-duplicates, and which are: buckets of equal keys, and the comparison within them."""
