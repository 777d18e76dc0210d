"""RedPajama-V2's published files: where they are, and their documents with signals as `datasets` rows."""
