"""CPython itself, with PYTHONHASHSEED=42, as a process that hashes what it is asked to."""

import json
import subprocess
import sys
from collections import Counter

CHILD = """
import json, re, sys
for line in sys.stdin:
    texts = json.loads(line)
    answer = []
    for text in texts:
        words = re.findall(r"\\w+|[^\\w\\s]+", text)
        features = [hash(word) for word in words] + [hash(pair) for pair in zip(words, words[1:])]
        answer.append([hash(text), [abs(feature) for feature in features]])
    print(json.dumps(answer), flush=True)
"""


class CPython:
    """A child that lives as long as the block."""

    def __enter__(self):
        pipe = subprocess.PIPE
        self._child = subprocess.Popen(
            [sys.executable, "-c", CHILD], stdin=pipe, stdout=pipe, env={"PYTHONHASHSEED": "42"}, text=True
        )
        return self

    def __exit__(self, *error):
        self._child.communicate()

    def hashes(self, strings):
        """`hash` of each."""
        return [answer[0] for answer in self._ask(strings)]

    def buckets(self, texts, buckets):
        """How many features of all texts are in which bucket, as the reference counts."""
        return Counter(feature % buckets for answer in self._ask(texts) for feature in answer[1])

    def _ask(self, texts):
        self._child.stdin.write(json.dumps(texts) + "\n")
        self._child.stdin.flush()
        return json.loads(self._child.stdout.readline())
