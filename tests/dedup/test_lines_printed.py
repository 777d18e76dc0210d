"""What `rpdata dedup --lines` prints."""

from rpdata.dedup.repeated_lines import LinesSummary
from rpdata.terminal_lines import print_lines


def test_what_is_repeated_is_told_and_how_it_is_read(capsys):
    summary = LinesSummary(
        "some/out/repeated_lines", 5, units=2, documents=10, lines=40, repeated=3, marked_lines=20, marked_documents=7
    )
    print_lines(summary, as_json=False)
    shown = capsys.readouterr().out.splitlines()
    assert shown[0] == "3 lines in more than 5 documents: 20 of 40 lines (50.0%), in 7 of 10 documents."
    assert shown[-1] == 'Next: Dataset.open("some/out").scan(["quality_signals", "repeated_lines"])'
