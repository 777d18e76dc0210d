"""Recipes, one file for each paper (`import rpdata.recipes`)."""

from rpdata.recipes.c4 import c4, c4_datatrove, c4_published
from rpdata.recipes.ccnet import ccnet
from rpdata.recipes.dclm import dclm
from rpdata.recipes.fineweb import fineweb, fineweb_datatrove, fineweb_published
from rpdata.recipes.fineweb2 import fineweb2
from rpdata.recipes.gopher import gopher, gopher_datatrove, gopher_published
from rpdata.recipes.pretrainers_guide import pretrainers_guide
from rpdata.recipes.refinedweb import refinedweb
from rpdata.recipes.roots import roots
from rpdata.recipes.rpv1 import rpv1

# By name, in the order in which they are listed.
RECIPES = {
    recipe.name: recipe
    for recipe in (
        gopher, c4, ccnet, rpv1, refinedweb, fineweb, fineweb2, dclm, pretrainers_guide, roots,
        gopher_datatrove, c4_datatrove, fineweb_datatrove, gopher_published, c4_published, fineweb_published,
    )
}

__all__ = [
    "RECIPES", "c4", "c4_datatrove", "c4_published", "ccnet", "dclm", "fineweb", "fineweb2", "fineweb_datatrove",
    "fineweb_published", "gopher", "gopher_datatrove", "gopher_published", "pretrainers_guide", "refinedweb", "roots",
    "rpv1",
]
