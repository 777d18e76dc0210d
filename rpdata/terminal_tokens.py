"""What `rpdata count-tokens` prints."""

from rich.markup import escape
from rich.table import Table

from rpdata.terminal import console, counted, print_json
from rpdata.terminal_forecast import align
from rpdata.tokens.run import TokensSummary


def print_tokens(summary: TokensSummary, *, as_json: bool) -> None:
    """Documents and tokens by language, and how many characters a token has."""
    if as_json:
        print_json(summary.as_dict())
        return
    table = Table("language", "documents", "tokens", "characters a token", box=None, pad_edge=False)
    for language, of in summary.languages.items():
        each = f"{of['characters'] / of['tokens']:.2f}" if of["tokens"] else ""
        table.add_row(escape(language), f"{of['documents']:,}", f"{of['tokens']:,}", each)
    align(table)
    console.print(table)
    console.print(
        f"{counted(summary.tokens, 'token')} in {counted(summary.documents, 'document')}, by "
        f"{escape(summary.tokenizer)} ({summary.vocabulary:,} tokens): {escape(summary.output)}/"
    )
    if summary.units_without_documents:
        console.print(f"{counted(summary.units_without_documents, 'planned unit')} without documents yet.")
    new = summary.units - summary.units_done_before
    done = f"{counted(new, 'unit')} counted" if new else "all was counted before"
    console.print(f"This run: {done}, in {summary.seconds:,.1f} s.")
    root = summary.output.removesuffix(f"/{summary.overlay}")
    console.print(f"Next: rpdata filter {escape(root)} --recipe RECIPE")
