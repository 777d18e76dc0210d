"""A small dataset to push, and a Hub to push it to."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from command import rpdata
from hub_server import Hub, hub

Push = Callable[..., CompletedProcess[str]]


@pytest.fixture(scope="package")
def annotated(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("hub") / "out"
    crawl = sorted((repository / "sample_data" / "cc_net").rglob("e[ns]_head.json.gz"))
    assert rpdata("compute-signals", *crawl, "--output", root).returncode == 0
    return root


@pytest.fixture
def dataset(annotated: Path, tmp_path: Path) -> Path:
    """A copy that a test may change."""
    shutil.copytree(annotated, tmp_path / "out")
    return tmp_path / "out"


@pytest.fixture
def server() -> Iterator[Hub]:
    with hub() as running:
        yield running


@pytest.fixture
def account(server: Hub, tmp_path: Path) -> dict[str, str]:
    """The environment of somebody who may write. Large files go whole, so that the server has them; HF_DEBUG has the
    library tell what it sends."""
    return {
        "HF_ENDPOINT": server.url, "HF_HOME": str(tmp_path / "home"), "HF_TOKEN": "hf_writer",
        "HF_HUB_DISABLE_XET": "1", "HF_HUB_OFFLINE": "0", "HF_DEBUG": "1",
    }


@pytest.fixture
def push(account: dict[str, str], dataset: Path) -> Push:
    """`rpdata push DATASET --repo ann/sample ...` with changes of the environment; the token is never told."""

    def run(*options: object, repo: str = "ann/sample", **environment: str) -> CompletedProcess[str]:
        environment = {**account, **environment}
        done = rpdata("push", dataset, "--repo", repo, *options, **environment)
        token = environment["HF_TOKEN"]
        assert not token or token not in done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done

    return run
