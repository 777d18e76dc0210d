"""The part of CCNet's output (Wenzek et al. 2020) that RedPajama-v1 and -v2 work with: all but the tail."""

from rpdata.decide import Recipe
from rpdata.filters.ccnet import HEAD_OR_MIDDLE, LANGUAGE_SCORE

ccnet = Recipe("ccnet", LANGUAGE_SCORE & HEAD_OR_MIDDLE, title="CCNet: a sure language, head and middle")
