"""A fault is shown under the words that it is about."""

import pytest

from services.policies.places import Place, Places

TEXT = """\
name: p
rows:
  - when: {score: '< 600 and it''s', grade: "A"}
    base: &base {note: plain text here}
  - {<<: *base, when: {score: '> 1'}}
long: >
  folded
  text
"""


@pytest.mark.parametrize(
    ("pointer", "span", "of_key", "place"),
    [
        ("/name", None, False, Place(1, 7, 1)),
        ("/name", None, True, Place(1, 1, 4)),
        ("/rows/0/when/score", (2, 5), False, Place(3, 22, 3)),
        ("/rows/0/when/score", (12, 14), False, Place(3, 32, 3)),
        ("/rows/0/when/score", None, False, Place(3, 19, 17)),
        ("/rows/0/when/score", None, True, Place(3, 12, 5)),
        ("/rows/0/when/grade", (0, 1), False, Place(3, 46, 1)),
        ("/rows/0/base/note", (6, 10), False, Place(4, 30, 4)),
        ("/rows/1/when/score", (0, 1), False, Place(5, 32, 1)),
        ("/long", (0, 3), False, Place(6, 7, 1)),
        ("/rows", None, False, Place(2, 1, 4)),
        ("/rows/0/absent/deep", (0, 3), False, Place(3, 5, 1)),
        ("", None, False, Place(1, 1, 1)),
    ],
)
def test_a_pointer_leads_to_its_characters(
    pointer: str, span: tuple[int, int] | None, of_key: bool, place: Place
) -> None:
    assert Places.of(TEXT).find(pointer, span, of_key=of_key) == place
