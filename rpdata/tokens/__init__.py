"""How many tokens a tokenizer makes of each document: an overlay beside the documents."""
