"""The YAML at the head of a dataset card, as the Hub reads it: languages, size, licence, configurations.

https://huggingface.co/docs/hub/datasets-cards
"""

import re
from collections.abc import Mapping, Sequence

from rpdata.engine.plan import Input

# The Hub's classes: documents are fewer than `limit`.
SIZES = {
    10**3: "n<1K", 10**4: "1K<n<10K", 10**5: "10K<n<100K", 10**6: "100K<n<1M", 10**7: "1M<n<10M",
    10**8: "10M<n<100M", 10**9: "100M<n<1B", 10**10: "1B<n<10B", 10**11: "10B<n<100B", 10**12: "100B<n<1T",
}
LARGEST = "n>1T"

CODE = re.compile("[a-z]{2,3}")     # ISO 639-1, or 639-3 where a language has no code of two letters
CRAWLED = re.compile(r"CC-(MAIN|NEWS)-.*\.warc(\.wet)?(\.gz|\.zst)?")   # how Common Crawl calls its files

TERMS = "https://commoncrawl.org/terms-of-use"
LICENCE_OF_CRAWL = f"license: other\nlicense_name: common-crawl-terms-of-use\nlicense_link: {TERMS}"
LICENCE_UNKNOWN = "license: unknown"

# Said in the card, because no field of the YAML can say it.
RIGHTS_OF_CRAWL = f"""\
The texts are pages of the web that Common Crawl collected. Their rights are those of whoever wrote them; which licence
a page has, if any, is not known here, and none is given. Common Crawl's [terms of use]({TERMS}) apply."""
RIGHTS_UNKNOWN = """\
Which licence the texts have is not known here, and none is given: the inputs do not say. Whoever publishes this
dataset has to know, and to put it into `license` above."""


def is_crawl(inputs: Sequence[Input]) -> bool:
    """Whether all is of Common Crawl as far as names tell: cc_net reads nothing else, and its own files have these."""
    return bool(inputs) and all(source.format == "ccnet" or CRAWLED.fullmatch(source.name) for source in inputs)


def head(
    title: str, documents_by_language: Mapping[str, int], globs: Mapping[str, str], inputs: Sequence[Input]
) -> str:
    """The lines between the `---`; the first of the configurations is the default.

    Languages that share a partition have no code there, and are not listed.
    """
    codes = sorted(language for language in documents_by_language if CODE.fullmatch(language))
    languages = [f'- "{code}"' if code == "no" else f"- {code}" for code in codes]     # YAML reads no as false
    configurations = [
        f"- config_name: {name}\n  data_files: {glob}" + ("" if number else "\n  default: true")
        for number, (name, glob) in enumerate(globs.items())
    ]
    return "\n".join([
        f"pretty_name: {title}",
        *(["language:", *languages] if languages else []),
        LICENCE_OF_CRAWL if is_crawl(inputs) else LICENCE_UNKNOWN,
        "size_categories:",
        f"- {size_category(sum(documents_by_language.values()))}",
        "task_categories:\n- text-generation",
        "configs:", *configurations,
        "tags:\n- rpdata",
    ])


def size_category(documents: int) -> str:
    """The Hub's class of a number of rows."""
    return next((name for limit, name in SIZES.items() if documents < limit), LARGEST)
