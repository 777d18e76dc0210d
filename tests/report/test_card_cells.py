"""What stands in a cell of the dataset card's tables."""

from rpdata.report.card import rules_of


def test_a_rule_whose_words_have_lines_and_bars_stays_one_row_of_the_table():
    rules = [{"name": "mine", "condition": "a >= 1 | b\n>= 2", "source": "one\r\n\n| two |"}]
    assert rules_of({"rules": rules}) == "| mine | a >= 1 \\| b >= 2 | one \\| two \\| |"
