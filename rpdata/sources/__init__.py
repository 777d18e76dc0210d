"""Readers: cc_net JSON, WET, JSONL and Parquet tables -> documents."""
