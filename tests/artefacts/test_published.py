"""What is published can be pulled by its name, is checked, and is used by that name."""

import dataclasses
import gzip
import io
import tarfile
from hashlib import sha256

import pyarrow as pa
import pytest

from rpdata.artefacts import published
from rpdata.artefacts.ccnet_models import ModelOfCcNet
from rpdata.artefacts.cutoffs import Cutoffs
from rpdata.artefacts.domains import Domains
from rpdata.artefacts.folder import check_name, named_artefacts, own_collection, store
from rpdata.artefacts.order import Order
from rpdata.artefacts.published import BUNDLES, Bundle, Part
from rpdata.artefacts.pull_bundle import pull_bundle, pulled
from rpdata.errors import CannotFinish, UserError
from tests.artefacts.file_server import serving
from tests.command import rpdata

pytestmark = pytest.mark.usefixtures("own_home")

WORDS = {language: "".join(f"{language}{n}\n" for n in range(30)).encode() for language in ("de", "en")}


@pytest.fixture
def server():
    with serving(b"<html>not found</html>") as http:
        http.files = {f"/{language}": content for language, content in WORDS.items()}
        http.cut = 40
        yield http


@pytest.fixture
def bundle(server, monkeypatch):
    """Two lists whose checksums are known."""
    found = words_of(server.root, known=True)
    monkeypatch.setitem(BUNDLES, found.name, found)
    return found


def words_of(address, *, known):
    parts = [
        Part(name, f"bad_words.{name}", (f"bad_words/{name}.txt",), sha256(words).hexdigest() if known else None)
        for name, words in WORDS.items()
    ]
    return Bundle("words", "of the tests", "none", address, tuple(parts))


def pull(bundle, given=None, *, unverified=False, collection=None):
    given = None if given is None else str(given)
    return pull_bundle(Order(bundle, collection or own_collection(), given, unverified))


def folder_of(tmp_path, files):
    folder = tmp_path / "given"
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def test_what_was_pulled_is_used_by_that_name_and_pulled_once(bundle, server):
    first = pull(bundle)
    assert [stored.file("words.txt").read_bytes() for stored in first] == list(WORDS.values())
    assert list(named_artefacts("words")) == list(named_artefacts("bad_words")) == ["bad_words.de", "bad_words.en"]
    assert list(named_artefacts("bad_words.de")) == ["bad_words.de"]
    assert first[0].made["parts"] == {f"{server.root}de": sha256(WORDS["de"]).hexdigest()}
    assert "unverified" not in first[0].made
    assert pull(bundle) == first
    assert server.paths == ["/de", "/en"]


def test_a_name_that_is_not_here_is_told_how_to_get(bundle):
    with pytest.raises(UserError, match="rpdata artefacts pull words"):
        named_artefacts("words")
    pull(bundle)
    with pytest.raises(UserError, match="did you mean words"):
        named_artefacts("wordz")


def test_a_bundle_that_broke_off_goes_on_where_it_stopped(bundle, server):
    server.breaks_off = 1
    with pytest.raises(CannotFinish, match="goes on there"):
        pull(bundle)
    assert not own_collection().exists()
    pull(bundle)
    assert list(zip(server.paths, server.ranges, strict=True)) == [
        ("/de", "bytes=0-"), ("/de", "bytes=40-"), ("/en", "bytes=0-"),
    ]


def test_parts_that_came_whole_are_not_fetched_again(bundle, server):
    del server.files["/en"]
    with pytest.raises(CannotFinish, match="en is not en of words"):
        pull(bundle)
    server.files["/en"] = WORDS["en"]
    pull(bundle)
    assert server.paths == ["/de", "/en", "/en"]


def test_another_content_is_not_kept(bundle, server):
    server.files["/de"] = b"other"
    with pytest.raises(CannotFinish, match=r"(?s)is not de of words: 5 bytes with sha256 d9298a10.*was not kept"):
        pull(bundle)
    assert not own_collection().exists()
    server.files["/de"] = WORDS["de"]
    assert len(pull(bundle)) == 2


def test_what_cannot_be_verified_is_refused_before_anything_is_fetched_unless_it_is_allowed(server):
    unknown = words_of(server.root, known=False)
    with pytest.raises(UserError, match=r"(?s)no checksum is known of 2 of the 2 files.*/de\n.*add --unverified"):
        pull(unknown)
    assert server.paths == []
    stored, _ = pull(unknown, unverified=True)
    assert stored.made["unverified"] == ["de"]
    assert stored.made["parts"] == {f"{server.root}de": sha256(WORDS["de"]).hexdigest()}
    assert stored.made["command"] == "rpdata artefacts pull words --unverified"


@pytest.mark.parametrize(("version", "asked"), [(None, "bytes=0-"), ('"1"', "bytes=40-")])
def test_what_has_no_checksum_is_gone_on_with_only_where_its_version_is_told(server, version, asked):
    unknown = words_of(server.root, known=False)
    server.version, server.breaks_off = version, 1
    with pytest.raises(CannotFinish, match=r"ended after 40 of .* run the command again"):
        pull(unknown, unverified=True)
    stored, _ = pull(unknown, unverified=True)
    assert server.ranges[:2] == ["bytes=0-", asked]
    assert stored.file("words.txt").read_bytes() == WORDS["de"]


def test_a_server_that_changed_the_file_is_asked_for_all_of_it(server):
    unknown = words_of(server.root, known=False)
    server.version, server.breaks_off = '"old"', 1
    with pytest.raises(CannotFinish):
        pull(unknown, unverified=True)
    server.version, server.files["/de"] = '"new"', b"new\n" * 30
    assert pull(unknown, unverified=True)[0].file("words.txt").read_bytes() == b"new\n" * 30


def test_what_has_no_known_end_is_refused(bundle, server):
    server.tells_length = server.knows_ranges = False
    with pytest.raises(CannotFinish, match="did not tell the size"):
        pull(bundle)


def test_without_a_network_the_urls_and_the_way_out_are_told_and_the_way_out_works(tmp_path):
    offline = words_of("http://127.0.0.1:9/lists/", known=True)
    way_out = r"(?s)refused.*127.0.0.1:9/lists/de\n.*127.0.0.1:9/lists/en\n.*rpdata artefacts pull words --from DIR"
    with pytest.raises(CannotFinish, match=way_out):
        pull(offline)
    folder = folder_of(tmp_path, {"de": WORDS["de"]})
    with pytest.raises(UserError, match=r"cannot read .*given/en, the en of words"):
        pull(offline, folder)
    with pytest.raises(UserError, match=r"(?s)words has 2 files.*\(de, en\): rpdata artefacts pull words --from DIR"):
        pull(offline, folder / "de")
    (folder / "en").write_bytes(b"other")
    with pytest.raises(UserError, match="en is not en of words: 5 bytes"):
        pull(offline, folder)
    (folder / "en").write_bytes(WORDS["en"])
    assert len(pull(offline, folder)) == 2
    assert (folder / "en").read_bytes() == WORDS["en"]


def test_a_url_of_another_folder_serves_too(server):
    offline = words_of("http://127.0.0.1:9/", known=True)
    server.files = {f"/copies/{language}": content for language, content in WORDS.items()}
    assert len(pull(offline, f"{server.root}copies")) == 2


def test_what_comes_from_two_places_is_not_mixed(server, tmp_path):
    unknown = words_of(server.root, known=False)
    server.files["/en"] = None
    with pytest.raises(CannotFinish, match="Not Found"):
        pull(unknown, unverified=True)
    assert server.paths == ["/de", "/en"]
    given = {language: content.upper() for language, content in WORDS.items()}
    found = pull(unknown, folder_of(tmp_path, given), unverified=True)
    assert [stored.file("words.txt").read_bytes() for stored in found] == list(given.values())


def test_what_came_unverified_and_cannot_be_used_is_told_and_fetched_anew(server):
    unknown = words_of(server.root, known=False)
    server.files["/de"] = b"\xff\xfe"
    with pytest.raises(UserError, match=r"(?s)bad_words.de: .*it is not UTF-8"):
        pull(unknown, unverified=True)
    server.files["/de"] = WORDS["de"]
    assert len(pull(unknown, unverified=True)) == 2


def test_a_damaged_one_is_told_how_to_mend_and_is_mended(bundle):
    words = pull(bundle)[0].folder / "words.txt"
    words.write_bytes(b"damaged")
    with pytest.raises(UserError, match="Get it again: rpdata artefacts pull words"):
        named_artefacts("words")["bad_words.de"].verify()
    for stored in pull(bundle):
        stored.verify()
    assert words.read_bytes() == WORDS["de"]


def test_another_artefact_of_the_name_is_not_replaced(bundle, tmp_path):
    own = tmp_path / "own.txt"
    own.write_text("mine\n")
    mine = store(own_collection(), "bad_words.de", "bad_words", "de", {"words.txt": own}, facts={}, made={})
    with pytest.raises(UserError, match=r"holds another bad_words\.de"):
        pull(bundle)
    mine.verify()
    assert not pulled(bundle, own_collection())
    found = pull(bundle, collection=tmp_path / "models")
    assert found[0].made["command"] == f"rpdata artefacts pull words --output {tmp_path / 'models'}"


def test_the_same_content_that_was_imported_before_gets_the_name(bundle, tmp_path):
    own = tmp_path / "own.txt"
    own.write_bytes(WORDS["de"])
    mine = store(own_collection(), "bad_words.de", "bad_words", "de", {"words.txt": own}, facts={}, made={"by": "me"})
    assert pull(bundle)[0].sha256 == mine.sha256
    assert named_artefacts("words")["bad_words.de"].made["by"] == "me"


def test_a_language_model_of_cc_net_comes_with_its_buckets(language_models, monkeypatch):
    model = sha256((language_models / "xx.arpa.bin").read_bytes()).hexdigest()
    monkeypatch.setattr(published, "KNOWN_OF_CC_NET", {"xx": ModelOfCcNet(model, 340, 520)})
    (bundle,) = published.models_of_cc_net()
    (stored,) = pull(bundle, language_models, unverified=True)
    assert (stored.name, stored.files["lm.bin"]) == ("lm.xx", model)
    assert stored.file("cutoffs.json").read_text() == '{"head": 340.0, "middle": 520.0}\n'
    assert stored.made["unverified"] == ["xx.sp.model"]
    assert list(named_artefacts("cc_net.xx")) == list(named_artefacts("cc_net")) == ["lm.xx"]


CATEGORIES = {"adult": b"nude.example\nboth.example\n", "agressif": b"angry.example\n", "chat": b"both.example\n"}


def archive_of(categories, links):
    """As UT1's publisher packs them."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for name, content in categories.items():
            folder, member = tarfile.TarInfo(f"blacklists/{name}"), tarfile.TarInfo(f"blacklists/{name}/domains")
            folder.type, member.size = tarfile.DIRTYPE, len(content)
            tar.addfile(folder)
            tar.addfile(member, io.BytesIO(content))
        for name, target in links.items():
            link = tarfile.TarInfo(f"blacklists/{name}")
            link.type, link.linkname = tarfile.SYMTYPE, target
            tar.addfile(link)
    return packed.getvalue()


def test_both_forms_of_ut1_follow_its_links(tmp_path):
    links = {"porn": "adult", "violence": "agressif", "aggressive": "agressif"}
    archive = folder_of(tmp_path, {"today.tgz": archive_of({**CATEGORIES, "press": b"news.example\n"}, links)})
    (today,) = pull(BUNDLES["ut1.today"], archive / "today.tgz", unverified=True)
    asked = pa.array(["www.nude.example", "both.example", "angry.example", "news.example"])
    assert Domains.load(today).categories(asked).to_pylist() == [
        ["adult", "porn"], ["adult", "chat", "porn"], ["agressif", "violence"], [],
    ]
    parts = [dataclasses.replace(part, sha256=None) for part in BUNDLES["ut1"].parts]
    mirror = dataclasses.replace(BUNDLES["ut1"], parts=tuple(parts))
    lists = {f"{name}/domains": content for name, content in CATEGORIES.items()}
    rest = {part.name: b"" for part in parts}
    folder = folder_of(tmp_path, rest | lists | {"adult/domains.gz": gzip.compress(CATEGORIES["adult"])})
    (stays,) = pull(mirror, folder, unverified=True, collection=tmp_path / "models")
    assert stays.sha256 == today.sha256


@pytest.mark.parametrize("spoilt", [b"<html>", archive_of(CATEGORIES, {})[:-40], archive_of({"press": b"x\n"}, {})])
def test_an_archive_that_is_none_is_refused(spoilt, tmp_path):
    folder = folder_of(tmp_path, {"today.tgz": spoilt})
    with pytest.raises(UserError, match=r"cannot be unpacked|no archive of UT1"):
        pull(BUNDLES["ut1.today"], folder / "today.tgz", unverified=True)


def test_what_is_registered_makes_artefacts_and_has_whole_checksums():
    for bundle in BUNDLES.values():
        for name in bundle.artefacts:
            check_name(name, name.partition(".")[0], None)
        for part in bundle.parts:
            assert part.sha256 is None or len(bytes.fromhex(part.sha256)) == 32
        assert bundle.address.startswith("https://")
        assert bundle.address.endswith("/")
    cutoffs = {language: Cutoffs(head, middle) for language, (_, head, middle) in published.KNOWN_OF_CC_NET.items()}
    assert len(cutoffs) == 48
    assert cutoffs["en"] == Cutoffs(340, 520)
    assert cutoffs["it"] == Cutoffs(220, 360)


def test_the_verbs_pull_the_published_lists_and_say_how_they_are_used(shared, tmp_path):
    lists = {language: (shared / f"data/lists/ldnoobw__{language}").read_bytes() for language in
             ("de", "en", "es", "fr", "it")}
    done = rpdata("artefacts", "pull", "ldnoobw", "--from", folder_of(tmp_path, lists))
    assert done.returncode == 0, done.stderr
    assert "--artefacts ldnoobw" in done.stdout
    refused = rpdata("artefacts", "pull", "ldnoobw", "cc_net.de")
    assert refused.returncode == 2
    assert "cc_net/lm/de.sp.model" in refused.stderr
    shown = rpdata("artefacts", "show", "cc_net.de")
    assert "a5bc18a9741dc57593d7cce469350d5d2db8ce1e87be6c2ec450850316e586ba" in shown.stdout
    (own_collection() / "bad_words.it/words.txt").write_bytes(b"other")
    verified = rpdata("artefacts", "verify")
    assert verified.returncode == 3
    assert "Get it again: rpdata artefacts pull ldnoobw" in verified.stdout
