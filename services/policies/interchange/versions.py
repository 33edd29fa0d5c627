"""The versions of DMN, which differ in their namespaces: those of the elements, of FEEL and of the drawing."""

from dataclasses import dataclass
from typing import Final

DIAGRAM_COMMONS: Final = "http://www.omg.org/spec/DMN/20180521/DC/"
DIAGRAM_INTERCHANGE: Final = "http://www.omg.org/spec/DMN/20180521/DI/"


@dataclass(frozen=True, slots=True)
class Version:
    """The namespaces of a version: of its elements, of its FEEL, and of its diagrams."""

    model: str
    feel: str
    diagrams: str


VERSIONS: Final = {
    "1.2": Version(
        "http://www.omg.org/spec/DMN/20180521/MODEL/",
        "http://www.omg.org/spec/DMN/20180521/FEEL/",
        "http://www.omg.org/spec/DMN/20180521/DMNDI/",
    ),
    "1.3": Version(
        "https://www.omg.org/spec/DMN/20191111/MODEL/",
        "https://www.omg.org/spec/DMN/20191111/FEEL/",
        "https://www.omg.org/spec/DMN/20191111/DMNDI/",
    ),
    # DMN 1.4 kept the diagrams of DMN 1.3.
    "1.4": Version(
        "https://www.omg.org/spec/DMN/20211108/MODEL/",
        "https://www.omg.org/spec/DMN/20211108/FEEL/",
        "https://www.omg.org/spec/DMN/20191111/DMNDI/",
    ),
    "1.5": Version(
        "https://www.omg.org/spec/DMN/20230324/MODEL/",
        "https://www.omg.org/spec/DMN/20230324/FEEL/",
        "https://www.omg.org/spec/DMN/20230324/DMNDI/",
    ),
}
"""By the number of the version, as in the schemas of the OMG."""
