"""What a recipe keeps of a dataset, as a dataset of its own: documents, and the overlays that stay true of them."""
