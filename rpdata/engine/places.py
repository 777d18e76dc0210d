"""The paths of cc_net's files, which say what is in them: `<snapshot>/<shard>/<language>_<bucket>.json.gz`."""

import re

CCNET_NAME = re.compile(r"[a-z]{2,3}_(?:head|middle|tail|all)\.jsonl?(?:\.gz|\.zst)?")
CCNET_PATH = re.compile(r"(?<!\d)(\d{4}-\d{2})/(\d{4})/(" + CCNET_NAME.pattern + r")\Z")


def ccnet_place(path: str) -> tuple[str, str, str] | None:
    """(snapshot, shard, partition) from the `2023-06/0000/en_head.json.gz` that a path ends in; None for other paths.
    """
    place = CCNET_PATH.search(path)
    return None if place is None else (place[1], place[2], place[3].split(".")[0])


def language_of(partition: str) -> str:
    """The language of a partition or its path: `en` for `en_head` and `2026-34/0000/en_all`."""
    return partition.rpartition("/")[2].rpartition("_")[0]
