"""How many tokens documents have: counted by a tokenizer (`rpdata count-tokens`), or estimated by their characters."""

from rpdata.dataset import TOKENS, Dataset

# "one token generally corresponds to ~4 characters of text for common English text"
CHARACTERS_PER_TOKEN = 4
RULE_OF_THUMB = "OpenAI's rule of thumb for English, platform.openai.com/tokenizer"


def column_of(overlay: str) -> str:
    """The column of an overlay of counts: `tokens` of `tokens/`, `tokens_gpt2` of `tokens-gpt2/`."""
    return overlay.replace("-", "_", 1)


def counts_in(dataset: Dataset) -> str | None:
    """The overlay that has the tokens of all documents: `tokens/`, or the first by name; None if there is none."""
    found = [name for name in sorted(dataset.overlays) if name == TOKENS or name.startswith(f"{TOKENS}-")]
    whole = [
        name for name in found if not any(dataset.disagreements(name, [column_of(name)], dataset.partitions))
    ]
    return whole[0] if whole else None
