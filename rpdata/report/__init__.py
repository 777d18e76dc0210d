"""What a dataset shows of itself: its card and its sample."""
