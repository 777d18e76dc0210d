"""Text kernels: what one pass over a batch of documents measures, exactly as RedPajama-V2 defines it."""
