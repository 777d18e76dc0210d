"""Words that someone chose are told apart, and numbered as fast as any others."""

import pyarrow as pa

from rpdata.text import StopLists, measure


def test_words_made_to_cancel_out_of_the_product_are_different_words():
    """wyhash without its safeguard has one hash for all: bytes 24 .. 31 equal what its first 16 bytes come to."""
    words = [f"433nquyebjzpy16p{i:08}22aohhjltailtail" for i in range(2000)]
    statistics, _ = measure(pa.array([" ".join(words)]), ["en"], StopLists({}), None)
    assert statistics.unique_words.tolist() == [2000]
