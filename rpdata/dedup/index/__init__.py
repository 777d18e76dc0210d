"""What is known of documents that are to be compared: their keys, on disk, in an order that can be read in parts."""
