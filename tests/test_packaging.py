"""The wheel holds every package and data file of the repository, and runs where there is no checkout.

A sub-package or a data file that pyproject.toml does not name is left out of a wheel without a word.
"""

import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

# The folders of the repository, and where they lie once installed.
INSTALLED_AS = {
    "rpdata": "rpdata",
    "signals": "rpdata/signals",
    "filters": "rpdata/filters",
    "recipes": "rpdata/recipes",
}


def run(*command: object, cwd: Path) -> str:
    done = subprocess.run([str(part) for part in command], cwd=cwd, capture_output=True, text=True)
    assert done.returncode == 0, f"{command}:\n{done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def sources(repository: Path) -> list[Path]:
    """Every file of the repository that git does not ignore."""
    if not (repository / ".git").exists():
        pytest.skip(f"compares the wheel with git's list of files: {repository} is not a git checkout")
    listed = run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", cwd=repository)
    return [Path(name) for name in listed.split("\0") if name and (repository / name).exists()]


@pytest.fixture(scope="module")
def wheel(repository: Path, sources: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy: a build folder left in the checkout would add what it still holds."""
    copy, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in sources:
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        (copy / name).write_bytes((repository / name).read_bytes())
    offline = ("--no-deps", "--no-build-isolation", "--no-index", "--quiet")
    run(sys.executable, "-m", "pip", "wheel", *offline, "--wheel-dir", target, ".", cwd=copy)
    (built,) = target.glob("rpdata-*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment with the wheel alone; the dependencies are seen where they are installed already.

    Through a path file, so that the hook of an editable install, which lies beside the dependencies, stays unread:
    it would find in the checkout what is missing from the wheel.
    """
    environment = tmp_path_factory.mktemp("environment")
    venv.create(environment, with_pip=False)
    python = environment / "bin" / "python"
    site_packages = Path(run(python, "-c", "import site; print(site.getsitepackages()[0])", cwd=environment).strip())
    (site_packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    run(sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", "--no-index", wheel,
        cwd=environment)
    return environment


def test_every_source_and_data_file_is_in_the_wheel(wheel: Path, sources: list[Path]) -> None:
    expected = {
        "/".join([INSTALLED_AS[name.parts[0]], *name.parts[1:]])
        for name in sources
        if name.parts[0] in INSTALLED_AS and len(name.parts) > 1
    }
    found = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert found == expected


def test_the_licence_goes_with_the_wheel(wheel: Path) -> None:
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in zipfile.ZipFile(wheel).namelist())


def test_every_folder_with_code_is_a_package_of_the_project(repository: Path, sources: list[Path]) -> None:
    project = tomllib.loads((repository / "pyproject.toml").read_text())
    folders = {name.parent for name in sources if name.suffix == ".py" and name.parts[0] in INSTALLED_AS}
    packages = {".".join([*INSTALLED_AS[folder.parts[0]].split("/"), *folder.parts[1:]]) for folder in folders}
    assert sorted(project["tool"]["setuptools"]["packages"]) == sorted(packages)


@pytest.mark.parametrize("package", ["rpdata", "rpdata.signals", "rpdata.filters", "rpdata.recipes", "rpdata.text"])
def test_an_installed_package_comes_from_the_wheel(installed: Path, package: str, tmp_path: Path) -> None:
    where = run(installed / "bin" / "python", "-c", f"import {package} as p; print(p.__file__)", cwd=tmp_path)
    assert Path(where.strip()).is_relative_to(installed)


def test_the_command_runs_away_from_the_checkout(installed: Path, tmp_path: Path) -> None:
    assert "compute-signals" in run(installed / "bin" / "python", "-m", "rpdata", "--help", cwd=tmp_path)
    assert "rps_doc_word_count" in run(installed / "bin" / "rpdata", "signals", "list", cwd=tmp_path)
