"""Deduplication: what can be cut from the stored MinHash signatures."""
