"""What `If-Match` says: whoever edits names what they have read, and anything else changes nothing."""

import pytest
from starlette.requests import Request

from shared.errors import Kind, Refusal
from shared.http.versions import etag, expected_version, required_tag, required_version


def _request(if_match: str | None) -> Request:
    headers = [] if if_match is None else [(b"if-match", if_match.encode())]
    return Request({"type": "http", "headers": headers})


def test_the_tag_of_a_version_names_it_again() -> None:
    assert required_version(_request(etag(7))) == 7
    assert expected_version(_request(f" {etag(7)} ")) == 7


@pytest.mark.parametrize("nothing", [None, "", "*", " * "])
def test_whoever_names_nothing_is_asked_to_where_it_matters(nothing: str | None) -> None:
    for reads in (required_version, required_tag):
        with pytest.raises(Refusal) as refused:
            reads(_request(nothing))
        assert (refused.value.kind, refused.value.code) == (Kind.PRECONDITION_REQUIRED, "if_match_missing")
    assert expected_version(_request(nothing)) is None


@pytest.mark.parametrize("foreign", ["7", 'W/"7"', '"-7"', '"7", "8"', '"seven"', '"' + "9" * 19 + '"', '"٧"'])
def test_a_tag_of_something_else_is_a_version_that_is_no_more(foreign: str) -> None:
    for reads in (required_version, expected_version):
        with pytest.raises(Refusal) as refused:
            reads(_request(foreign))
        assert (refused.value.kind, refused.value.code) == (Kind.PRECONDITION_FAILED, "version_changed")


def test_a_tag_that_counts_no_versions_is_handed_on_as_it_is() -> None:
    assert required_tag(_request('"0f3a"')) == '"0f3a"'
