"""A night as JUnit XML, which every CI server reads: a test case for each skill and each suite."""

import re
from collections.abc import Iterator
from xml.etree import ElementTree as xml

from evaluation.nights.history import Night, systems
from evaluation.nights.pages import title

_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold, however it is written."""


def render_junit(night: Night) -> str:
    """The document: a regression is a failure, what could not be judged is skipped."""
    root = xml.Element("testsuites", name="skillwise nightly")
    for system, shots in systems([night]):
        cases = list(_cases(night, system, shots))
        suite = xml.SubElement(
            root, "testsuite", name=_text(title(system, shots)), tests=str(len(cases)),
            failures=str(sum(kind == "failure" for _, kind, _ in cases)), errors="0",
            skipped=str(sum(kind == "skipped" for _, kind, _ in cases)), timestamp=night.date,
        )  # fmt: skip
        for name, kind, message in cases:
            case = xml.SubElement(
                suite, "testcase", classname=_text(title(system, shots)), name=_text(name)
            )
            if kind:
                xml.SubElement(case, kind, message=_text(message))
            else:
                xml.SubElement(case, "system-out").text = _text(message)
    xml.indent(root, " ")
    return xml.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _cases(night: Night, system: str, shots: int | None) -> Iterator[tuple[str, str, str]]:
    """Name, element ("failure", "skipped" or "") and message."""
    kinds = {"regression": "failure", "not comparable": "skipped", "insufficient data": "skipped"}
    for suite in night.suites:
        if (suite.system, suite.shots) == (system, shots):
            message = f"{suite.verdict}: {100 * suite.pooled:+.2f} points over the window"
            name = f"all {suite.skills} skills"
            yield name, kinds.get(suite.verdict, ""), message
    for cell in night.cells:
        if (cell.key.system, cell.key.shots) == (system, shots):
            message = f"{cell.verdict}: {cell.reason}"
            yield cell.key.label, kinds.get(cell.verdict, ""), message


def _text(text: str) -> str:
    return _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)
