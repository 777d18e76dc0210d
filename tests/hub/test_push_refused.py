"""What a push refuses, and that it says what to do; nothing is uploaded then."""

import json

import pytest
from hub_server import Account, File, Repo

from rpdata.errors import UserError
from rpdata.hub.repository import named

REFUSED, UNSAFE = 2, 4


def test_no_token_is_told_with_where_to_get_one(push, server):
    done = push(HF_TOKEN="")
    assert done.returncode == REFUSED
    assert "needs a token" in done.stderr
    assert "HF_TOKEN" in done.stderr
    assert "huggingface.co/settings/tokens" in done.stderr
    assert not server.requests


@pytest.mark.parametrize("token", ["hf_wr\x01ter", "hf_wräter"])
def test_a_token_that_cannot_be_one_is_not_quoted(push, server, token):
    done = push(HF_TOKEN=token)
    assert done.returncode == REFUSED
    assert "is no token" in done.stderr
    assert "hf_wr" not in done.stderr
    assert not server.requests


def test_a_token_that_nobody_knows_is_told(push, server):
    done = push(HF_TOKEN="hf_forgotten")
    assert done.returncode == REFUSED
    assert "does not know the token" in done.stderr
    assert not server.repos


def test_a_token_that_may_only_read_is_refused_before_anything_is_made(push, server):
    done = push(HF_TOKEN="hf_reader")
    assert done.returncode == REFUSED
    assert "the token of ann (laptop) may only read" in done.stderr
    assert "Make a token with write access" in done.stderr
    assert not server.repos


@pytest.mark.parametrize("exists", [False, True])
def test_a_repository_of_others_is_told_with_whose_the_token_is(push, server, exists):
    server.accounts["hf_writer"] = Account("ann", "fineGrained", ("lab",))
    if exists:
        server.repos["bob/sample"] = Repo()
    done = push(repo="bob/sample")
    assert done.returncode == REFUSED
    assert "the token of ann may not write to bob/sample: 403" in done.stderr
    assert "Its user has ann, lab; bob is another's" in done.stderr
    assert not any(repo.files for repo in server.repos.values())


def test_a_repository_that_holds_other_data_is_left_alone(push, server):
    there = {"documents/part-0.parquet": File(b"theirs", 6)}
    server.repos["ann/sample"] = Repo(files=dict(there))
    done = push()
    assert done.returncode == UNSAFE
    assert "documents/part-0.parquet" in done.stderr
    assert server.repos["ann/sample"].files == there


@pytest.mark.parametrize(
    ("change", "told"),
    [((b"en_head", b"fi_head"), "holds another dataset: its unit 2026-34/0000/fi_head is not of"),
     ((b'"plan"', b'"plans"'), "has a rpdata.json that cannot be read")],
)
def test_a_repository_that_holds_another_dataset_is_left_alone(push, server, dataset, change, told):
    manifest = (dataset / "rpdata.json").read_bytes().replace(*change)
    server.repos["ann/sample"] = Repo(files={"rpdata.json": File(manifest, len(manifest))})
    done = push()
    assert done.returncode == UNSAFE
    assert told in done.stderr
    assert not server.repos["ann/sample"].commits


def test_a_repository_that_holds_an_earlier_state_of_the_dataset_is_brought_up_to_date(push, server, dataset):
    plan = json.loads((dataset / "rpdata.json").read_bytes())
    del plan["plan"]["2026-34"]["0000"]["es_head"]
    manifest = json.dumps(plan).encode()
    server.repos["ann/sample"] = Repo(files={"rpdata.json": File(manifest, len(manifest))})
    assert push().returncode == 0
    assert server.repos["ann/sample"].files["rpdata.json"].content == (dataset / "rpdata.json").read_bytes()


def test_a_repository_with_files_that_are_no_data_is_used(push, server):
    server.repos["ann/sample"] = Repo(True, {".gitattributes": File(b"*.parquet", 9), "README.md": File(b"-", 1)})
    assert push("--private").returncode == 0
    assert server.repos["ann/sample"].files[".gitattributes"].content == b"*.parquet"
    assert server.repos["ann/sample"].files["README.md"].content != b"-"


def test_private_makes_a_private_repository_and_is_refused_for_one_that_is_public(push, server):
    assert push("--private", repo="ann/hidden").returncode == 0
    assert server.repos["ann/hidden"].private
    server.repos["ann/open"] = Repo(private=False)
    done = push("--private", repo="ann/open")
    assert done.returncode == UNSAFE
    assert "ann/open exists and is public" in done.stderr
    assert not server.repos["ann/open"].files


def test_an_unfinished_dataset_goes_only_where_that_is_asked_for(push, server, dataset):
    (dataset / "ledger/minhash/2026-34/0000/es_head.json").unlink()
    done = push()
    assert done.returncode == UNSAFE
    assert "1 of 2 units lack `minhash` (the first is 2026-34/0000/es_head)" in done.stderr
    assert not server.requests
    done = push("--incomplete")
    assert done.returncode == 0, done.stderr
    assert "minhash/2026-34/0000/es_head.parquet" not in server.repos["ann/sample"].files
    assert "minhash/2026-34/0000/en_head.parquet" in server.repos["ann/sample"].files


def test_a_file_whose_bytes_have_changed_is_not_uploaded(push, server, dataset):
    path = dataset / "minhash/2026-34/0000/es_head.parquet"
    content = bytearray(path.read_bytes())
    content[100] ^= 1
    path.write_bytes(content)
    done = push()
    assert done.returncode == UNSAFE
    assert "es_head.parquet is damaged: the ledger has another hash of it" in done.stderr
    assert not server.repos["ann/sample"].files


@pytest.mark.parametrize("status", [404, 200])
def test_an_address_that_is_not_the_hub_is_told(push, server, status):
    server.failing = {"whoami": [status]}
    done = push()
    assert done.returncode == REFUSED
    assert f"{server.url} is no Hub" in done.stderr


def test_a_hub_that_is_not_there_is_told(push):
    done = push(HF_HUB_OFFLINE="1")
    assert done.returncode == REFUSED
    assert "HF_HUB_OFFLINE" in done.stderr


@pytest.mark.parametrize(
    "name",
    ["sample", "ann/sample/more", "https://huggingface.co/ann/sample", "ann/", "/sample", "ann/a--b", "a nn/b", ""],
)
def test_a_wrong_name_is_told_with_the_right_form(name):
    with pytest.raises(UserError, match="--repo takes USER/NAME, not"):
        named(name)


@pytest.mark.parametrize("options", [[], ["--dry-run"]])
def test_a_wrong_name_is_refused_before_anybody_is_asked(push, server, options):
    done = push(*options, repo="sample")
    assert done.returncode == REFUSED
    assert "say whose it is" in done.stderr
    assert not server.requests
