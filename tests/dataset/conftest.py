"""A small dataset in four partitions, one of them empty."""

import shutil
from pathlib import Path

import pytest
from build_dataset import PARTITIONS, Builder

from rpdata.dataset import Dataset


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Builder:
    return Builder(tmp_path_factory.mktemp("built") / "out").with_partitions(PARTITIONS)


@pytest.fixture(scope="module")
def dataset(built: Builder) -> Dataset:
    return Dataset.open(built.root)


@pytest.fixture
def copy(built: Builder, tmp_path: Path) -> Builder:
    """A dataset that a test may damage."""
    shutil.copytree(built.root, tmp_path / "out")
    return Builder(tmp_path / "out")
