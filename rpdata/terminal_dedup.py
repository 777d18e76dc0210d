"""What `rpdata dedup` prints. Texts and domains are strangers': nothing in them may steer the terminal."""

from collections.abc import Sequence
from itertools import zip_longest

from rich.markup import escape
from rich.table import Table

from rpdata.dedup.large_clusters import SAMPLES, LargeCluster
from rpdata.dedup.marks import EXACT
from rpdata.dedup.safety import FILE, LevelReport, SafetyReport, Unsafe
from rpdata.dedup.summary import DedupSummary, FuzzyFound
from rpdata.dedup.tallies import Loss
from rpdata.terminal import console, counted, print_json
from rpdata.terminal_forecast import align
from rpdata.terminal_show import visible
from rpdata.terminal_width import columns_left, cut, print_table, say

NAMES_SHOWN = 5         # domains, languages and snapshots of a level
CLUSTERS_SHOWN = 3
LINE_COLUMNS = 24       # of a first line at least, or it has a line of its own


def print_all(summaries: Sequence[DedupSummary], *, as_json: bool) -> None:
    """What was found in each dataset of an index; as JSON a list."""
    if as_json:
        print_json([summary.as_dict() for summary in summaries])
        return
    for summary in summaries:
        console.print(f"\n{escape(summary.output)}: {counted(summary.documents, 'document')}")
        print_dedup(summary, as_json=False)


def print_dedup(summary: DedupSummary, *, as_json: bool) -> None:
    """What was found at each level, of what, the largest clusters, and what to do next."""
    if as_json:
        print_json(summary.as_dict())
        return
    print_table(found_table(summary))
    if summary.without_signature:
        short = f"{counted(summary.without_signature, 'document')} of less than 13 words"
        say(f"{short}: {'only copies are' if summary.exact else 'nothing is'} found of those.")
    for found in summary.fuzzy:
        say(compared(found, summary))
    print_levels(summary.safety)
    console.print()
    for danger in summary.safety.dangers:
        say(f"Marked all the same: {visible(danger)}.")
    say(work(summary))
    print_next(summary)


def print_refused(refused: Unsafe, *, as_json: bool) -> None:
    """What was found and not marked, for somebody to look at; as JSON with the reason."""
    if as_json:
        print_json(refused.as_dict())
        return
    table = Table("", "documents", "would go", "would stay", box=None, pad_edge=False)
    for level in refused.report.levels:
        counts = level.documents, level.removed, level.documents - level.removed
        table.add_row(level_name(level), *(f"{count:,}" for count in counts))
    align(table)
    print_table(table)
    print_levels(refused.report)
    console.print()


def compared(found: FuzzyFound, summary: DedupSummary) -> str:
    """How a threshold's duplicates were proven, and what could not be compared."""
    if summary.verify == "none":
        told = f"{counted(found.edges, 'pair')} in the buckets of all bands, not verified"
    else:
        comparisons = counted(found.compared, "comparison")
        told = f"{comparisons} in the buckets of all bands, {found.edges:,} confirmed"
    if found.unresolved:
        told += f"; {counted(found.unresolved, 'document')} kept that matched none of the leaders they met"
    if found.oversized:
        told += f"; {counted(found.oversized, 'bucket')} cut, as large as templates make them"
    return f"Similarity {found.threshold}: {told}."


def found_table(summary: DedupSummary) -> Table:
    """A line for each level."""
    table = Table("", "clusters", "documents in them", "not kept", "kept", box=None, pad_edge=False)
    found = [(f"copies ({summary.exact.kind})", summary.exact)] if summary.exact else []
    copies = ", copies too" if summary.exact else ""      # they are the same pairs, by every similarity
    similar = [(f"similarity {each.threshold}{copies}", each) for each in summary.fuzzy]
    for name, clusters, documents, removed in [
        *((name, each.groups, each.documents, each.removed) for name, each in found),
        *((name, each.clusters, each.documents, each.removed) for name, each in similar),
    ]:
        counts = clusters, documents, removed, summary.documents - removed
        table.add_row(name, *(f"{count:,}" for count in counts))
    align(table)
    return table


def print_levels(report: SafetyReport) -> None:
    """What goes at each level."""
    above: set[tuple[str, ...]] = set()
    for level in report.levels:
        if level.removed:
            console.print()
            print_level(level, above)


def level_name(level: LevelReport) -> str:
    return "copies" if level.level == EXACT else f"similarity {level.level}"


def print_level(level: LevelReport, above: set[tuple[str, ...]]) -> None:
    """Of which domains, languages and snapshots most would go, side by side, and the largest clusters.

    above: the clusters that were printed before, which are not printed again; those of this level are added.
    """
    table = Table(box=None, pad_edge=False)
    for heading in (f"{level_name(level)}, by domain", "language", "snapshot"):
        table.add_column(heading, overflow="fold")
        table.add_column("not kept", justify="right")
    columns = (level.domains, level.languages, level.snapshots)
    for losses in zip_longest(*(losses[:NAMES_SHOWN] for losses in columns)):
        table.add_row(*(cell for loss in losses for cell in cells(loss)))
    in_all = (level.domains_in_all, len(level.languages), len(level.snapshots))
    if max(in_all) > NAMES_SHOWN:
        table.add_row(*(cell for count in in_all for cell in (and_more(count - NAMES_SHOWN), "")))
    print_table(table)
    if level.clusters_in_all > CLUSTERS_SHOWN:
        say(f"The largest clusters, {CLUSTERS_SHOWN} of {level.clusters_in_all:,}, and up to {SAMPLES} documents of "
            "each:")
    else:
        say(f"The clusters, and up to {SAMPLES} documents of each:")
    for cluster in level.clusters[:CLUSTERS_SHOWN]:
        print_cluster(cluster, above)


def print_cluster(cluster: LargeCluster, above: set[tuple[str, ...]]) -> None:
    """How many documents it has, and some of them with their first lines."""
    named = tuple(sample.doc_id for sample in cluster.samples)
    if named in above:
        print_document(f"{cluster.documents:,}", named[0], "(shown above)")
        return
    above.add(named)
    before = None
    for number, sample in enumerate(cluster.samples):
        line = sample.first_line or "(empty)"
        line = "(same first line)" if sample.first_line and sample.first_line == before else line
        print_document(f"{cluster.documents:,}" if number == 0 else "", sample.doc_id, line)
        before = sample.first_line


def print_document(size: str, doc_id: str, first_line: str) -> None:
    """A document of a cluster; its name stays whole, for it is copied."""
    begin = f"{size:>6}  {visible(doc_id)}  "
    if columns_left(begin) < LINE_COLUMNS:
        console.out(begin.rstrip(), highlight=False)
        begin = " " * 8
    console.out(f"{begin}{cut(first_line, columns_left(begin))}", highlight=False)


def and_more(count: int) -> str:
    return f"and {count:,} more" if count > 0 else ""


def cells(loss: Loss | None) -> Sequence[str]:
    if loss is None:
        return "", ""
    name = "(none known)" if loss.name is None else escape(visible(loss.name))
    return name, f"{loss.removed:,} of {loss.documents:,}"


def work(summary: DedupSummary) -> str:
    """How much this run did."""
    new = summary.units - summary.units_done_before
    with_index = f", compared with {counted(summary.indexed, 'document')} of an index too" if summary.indexed else ""
    if not new:
        return f"All was done before for {counted(summary.documents, 'document')}{with_index}; nothing was left to do."
    return (
        f"This run: {counted(new, 'unit')} marked, {counted(summary.documents, 'document')}{with_index}, in "
        f"{summary.seconds:,.1f} s."
    )


def print_next(summary: DedupSummary) -> None:
    """How the documents that are left are read."""
    root = summary.output.rstrip("/")
    name = summary.fuzzy[-1].threshold if summary.fuzzy else '"exact"'
    console.print(f"Domains, languages, clusters: {escape(root)}/{FILE}")
    console.print(f'Next: Dataset.open("{escape(root)}").scan(deduplicated={name})')
