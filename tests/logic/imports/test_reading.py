from io import BytesIO

import pytest

from assaydesk.domains.imports.formats import reading
from assaydesk.domains.imports.formats.findings import Finding, UnreadableSource
from assaydesk.domains.imports.formats.reading import check_source, clean, fingerprint, read_items, read_lines
from assaydesk.domains.imports.formats.types import SourceFormat


def test_lines_keep_their_numbers_over_bom_crlf_and_empty_lines() -> None:
    found = list(read_lines(BytesIO(b'\xef\xbb\xbf{"a": 1}\r\n\r\n  \n{"b": 2}')))
    assert [(position.line, value) for position, value in found] == [(1, {"a": 1}), (4, {"b": 2})]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (b'{"a": ', "no JSON: Expecting value at character"),
        (b"\xff\xfe\xff", "byte 1 is not UTF-8. Save the file as UTF-8."),
        (b"NaN", "NaN is not JSON"),
        (b"1e999", "too large"),
        (b"{", "One conversation must stand on one line."),
        (b"[" * 5000, "nested deeper"),
        (b"[" * 200 + b"]" * 200, "nested deeper"),
    ],
)
def test_a_broken_line_is_a_finding_and_the_next_is_read(line: bytes, says: str) -> None:
    finding, following = read_lines(BytesIO(line + b"\n7\n"))
    assert isinstance(finding, Finding)
    assert finding.position.line == 1
    assert says in str(finding)
    assert not isinstance(following, Finding)
    assert following[1] == 7


def test_an_endless_line_is_passed_over_without_holding_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_LINE_BYTES", 10)
    finding, following = read_lines(BytesIO(b"x" * 35 + b"\n1\n"))
    assert isinstance(finding, Finding)
    assert "more than 10 bytes" in str(finding)
    assert not isinstance(following, Finding)
    assert (following[0].line, following[1]) == (2, 1)


def test_items_of_an_array_have_item_and_line() -> None:
    found = list(read_items(BytesIO(b'[1,\n\n{"b": NaN},\n"\xff", 4]')))
    assert [str(one.position if isinstance(one, Finding) else one[0]) for one in found] == [
        "item 1 (line 1)", "item 2 (line 3)", "item 3 (line 4)", "item 4 (line 4)",
    ]  # fmt: skip
    assert [one if isinstance(one, Finding) else one[1] for one in found][1::2] == [{"b": None}, 4]
    assert "not UTF-8" in str(found[2])


def test_items_of_an_object_of_arrays_follow_each_other() -> None:
    found = list(read_items(BytesIO(b'{"train": [1, 2], "test": [3]}')))
    assert [one[1] for one in found if not isinstance(one, Finding)] == [1, 2, 3]


@pytest.mark.parametrize("tail", [b"{", b'{"a": }]', b'"open', b"]["[:0], b"nul]"])
def test_an_array_that_breaks_off_gives_what_stands_before(tail: bytes) -> None:
    *found, finding = read_items(BytesIO(b"[1, 2," + tail))
    assert [one[1] for one in found if not isinstance(one, Finding)] == [1, 2]
    assert isinstance(finding, Finding)
    assert "What follows cannot be read" in str(finding)


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (b'{"task_id": 1, "traj": []}', "line 1: "),
        (b'{"meta":\n {}}', "line 2: "),
        (b'{"train": [1], "note": "x"}', "item 1 (line 1): "),
    ],
)
def test_json_without_an_array_of_conversations_says_what_is_missing(data: bytes, place: str) -> None:
    *_, finding = read_items(BytesIO(data))
    assert str(finding).startswith(f"{place}no array of conversations.")


TAU, ABCD, JSONL = b'[{"task_id": 0, "traj": []}]', b'{"train": [{"convo_id": 1}]}', b'{"id": "a", "messages": []}\n'


@pytest.mark.parametrize(
    ("data", "expected", "says"),
    [
        (TAU, SourceFormat.JSONL, "this looks like tau-bench; use --from tau-bench"),
        (ABCD, SourceFormat.JSONL, "this looks like abcd; use --from abcd"),
        (JSONL, SourceFormat.ABCD, "this looks like jsonl; use --from jsonl"),
        (ABCD, SourceFormat.TAU_BENCH, "this looks like abcd; use --from abcd"),
        (b'[{"id": 1}]', SourceFormat.JSONL, "JSON array"),
        (b"id;text\n1;x", SourceFormat.ABCD, "does not begin with a JSON array"),
        (b"\xff\xfea\x00", SourceFormat.JSONL, "UTF-16"),
        ("[{".encode("utf-16-le"), SourceFormat.ABCD, "UTF-16"),
        ('{"id"'.encode("utf-16-be"), SourceFormat.JSONL, "UTF-16"),
        (b"", SourceFormat.ABCD, "empty"),
        (b" \n", SourceFormat.TAU_BENCH, "empty"),
        (b"\x1f\x8b\x08", SourceFormat.JSONL, "compressed"),
    ],
)
def test_a_file_of_another_format_is_refused_with_the_right_option(
    data: bytes, expected: SourceFormat, says: str
) -> None:
    with pytest.raises(UnreadableSource, match=says):
        check_source(BytesIO(data), expected)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (TAU, SourceFormat.TAU_BENCH),
        (ABCD, SourceFormat.ABCD),
        (b"\xef\xbb\xbf\n" + JSONL, SourceFormat.JSONL),
        (b'{"id": "a", "messages": [], "rawData": {"traj": []}}', SourceFormat.JSONL),
        (b"", SourceFormat.JSONL),
    ],
)
def test_a_file_of_the_named_format_is_read_from_its_beginning(data: bytes, expected: SourceFormat) -> None:
    file = BytesIO(data)
    check_source(file, expected)
    assert file.tell() == 0


def test_clean_takes_out_what_the_database_cannot_hold() -> None:
    assert clean({"a\0": ["x\0y", "\ud800", {"n": 1.5}]}) == {"a": ["xy", "\ufffd", {"n": 1.5}]}


def test_fingerprint_knows_values_not_spelling() -> None:
    assert fingerprint({"a": 1, "b": [2]}) == fingerprint({"b": [2], "a": 1})
    assert fingerprint({"a": 1}) != fingerprint({"a": 2})
