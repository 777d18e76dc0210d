"""From pairs of duplicates to clusters, and in each cluster which documents survive."""
