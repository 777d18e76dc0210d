"""The pages that the reference computed signals for with its artefacts, edge cases among them."""

import gzip
import json

from golden import edge_documents, edge_golden


def pages(shared, language, shards="*"):
    """(text, the reference's value of each document signal) of the pages in a language, of all four shards."""
    for document, golden in zip(edge_documents(), edge_golden(), strict=True):
        if document["language"] == language and "error" not in golden:
            yield document["raw_content"], values(golden)
    for path in sorted((shared / "golden/real/input").glob(f"*/{shards}/{language}_*.json.gz")):
        golden = str(path).replace("/input/", "/golden/").replace(".json.gz", ".jsonl.gz")
        with gzip.open(path) as documents, gzip.open(golden) as lines:
            for document, line in zip(documents, lines, strict=True):
                yield json.loads(document)["raw_content"], values(json.loads(line))


def values(golden):
    return {name: spans[0][2] for name, spans in golden["quality_signals"].items() if name.startswith("rps_doc_")}
