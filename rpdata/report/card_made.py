"""What a dataset card says of how the dataset was made: inputs and options, as the manifest has them."""

from rpdata import __version__
from rpdata.dataset import DECISIONS
from rpdata.manifest import SUBSET, Manifest
from rpdata.schema import FORMAT_VERSION

FORMATS = {
    "ccnet": "cc_net's JSON", "wet": "WET: text of web pages", "warc": "WARC: web pages", "jsonl": "JSON lines",
    "parquet": "Parquet",
}
TOLD_ELSEWHERE = {"about", "title"}     # options that the card's tables show already

MADE = """
## How it was made

By rpdata {version} (format {format_version}{imported}). Everything is in `rpdata.json`, the inputs' checksums and what
became of each record in `ledger/`.

| input | files | bytes as they were stored |
|---|---:|---:|
{inputs}

| step | options |
|---|---|
{steps}
"""
IMPORTED = "; what RedPajama-V2 published was imported, nothing of it was computed again"


def made_section(manifest: Manifest) -> str:
    """The tables; no times and no places, so that the same work gives the same card."""
    inputs: dict[str, dict[tuple[str, str], int]] = {}      # format -> file -> bytes; a large one has several pieces
    for unit in manifest.units:
        for source in unit.inputs:
            inputs.setdefault(source.format, {})[unit.snapshot, source.path] = source.size
    return MADE.format(
        version=__version__,
        format_version=FORMAT_VERSION,
        imported=IMPORTED if manifest.is_imported else "",
        inputs="\n".join(
            f"| {FORMATS[name]} | {len(files):,} | {sum(files.values()):,} |" for name, files in sorted(inputs.items())
        ),
        steps="\n".join(
            f"| {step} | {options_of(manifest, step)} |" for step in sorted(manifest.configurations)
            if step != SUBSET and not step.startswith(DECISIONS)
        ),
    )


def options_of(manifest: Manifest, step: str) -> str:
    """The options of a step that are numbers, names or switches; longer ones are left to the manifest."""
    return ", ".join(
        f"{name} `{value}`"
        for name, value in sorted(manifest.configurations[step].items())
        if isinstance(value, str | int | float) and name not in TOLD_ELSEWHERE
    )
