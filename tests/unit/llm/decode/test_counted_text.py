import pytest

from quorate.llm.decode.counted_text import CountedText, ReadBudget, ReadsSpentError


def counted(text, reads=100):
    budget = ReadBudget(reads)
    return CountedText(text, budget), budget


@pytest.mark.parametrize(
    ("read", "said", "reads"),
    [
        pytest.param(lambda text: text[1], "b", 1, id="a character"),
        pytest.param(lambda text: text[1:], "bc", 1, id="a slice"),
        pytest.param(lambda text: text[1:][0], "b", 2, id="a character of a slice"),
        pytest.param("".join, "abc", 3, id="all of it"),
        pytest.param(lambda text: (text + "d")[3], "d", 1, id="joined on the right"),
        pytest.param(lambda text: ("_" + text)[0], "_", 1, id="joined on the left"),
        pytest.param(str.upper, "ABC", 0, id="what C does by itself is not counted"),
    ],
)
def test_a_text_is_a_text_whose_reads_are_counted(read, said, reads):
    text, budget = counted("abc")
    assert read(text) == said
    assert budget.left == 100 - reads


@pytest.mark.parametrize("read", [lambda text: text[0], list], ids=["a character", "all of it"])
def test_reads_end_where_the_budget_does(read):
    text, _ = counted("abc", reads=0)
    with pytest.raises(ReadsSpentError):
        read(text)
