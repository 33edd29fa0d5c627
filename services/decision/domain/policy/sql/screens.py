"""Eligibility and knock-outs: what their rows ask for, and why. The rules are those of `interpret.screen`."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.decision.domain.outcome import Outcome
from services.decision.domain.policy.bind import RuleTable, names_of_rule
from services.decision.domain.policy.document import Finding, OnMissing
from services.decision.domain.policy.sql.draft import Draft, Names
from services.decision.domain.policy.sql.masks import any_in, as_mask, chunks, hits_name, misses_name
from services.decision.domain.policy.sql.missing import CODES, UNRESOLVED, Causes
from services.decision.domain.policy.sql.plain import only_facts_are_missing
from services.decision.domain.policy.sql.reasons import Reasons
from services.decision.domain.policy.sql.text import all_of, bits, chosen, is_missing, quoted, total


@dataclass(frozen=True, slots=True)
class Screen:
    """A screening table in SQL: the condition of each row, and its place among the stages."""

    table: RuleTable[Finding]
    rows: tuple[str, ...]
    stage: int

    @classmethod
    def of(cls, draft: Draft, table: RuleTable[Finding], names: Names, stage: int) -> "Screen":
        """Define the masks of the table: those of all rows, and of the rows that ask for the same."""
        rows = tuple(draft.row(rule.tests, names) for rule in table.rules)
        screen = cls(table, rows, stage)
        for number, chunk in enumerate(chunks(len(rows))):
            hits = [rows[row] for row in chunk]
            misses = [is_missing(row) for row in hits]
            outcomes = [table.rules[row].output.outcome for row in chunk]
            on_missing = [table.rules[row].output.on_missing for row in chunk]
            _add_parts(draft, hits_name(table.name, number), chunk, hits, outcomes)
            _add_parts(draft, misses_name(table.name, number), chunk, misses, on_missing)
        return screen

    def asking(self, outcome: Outcome) -> list[str]:
        """Return the names of the columns of rows that ask for an outcome."""
        names = []
        for number, chunk in enumerate(chunks(len(self.rows))):
            findings = [self.table.rules[row].output for row in chunk]
            if any(finding.outcome is outcome for finding in findings):
                names.append(_part(hits_name(self.table.name, number), outcome))
            names += [
                _part(misses_name(self.table.name, number), on_missing)
                for on_missing in dict.fromkeys(finding.on_missing for finding in findings)
                if on_missing is not OnMissing.IGNORE and Outcome(on_missing) is outcome
            ]
        return names

    def explain(self, reasons: Reasons, causes: Causes, names: Names, severity: str) -> None:
        """Define the reasons of the rows that led to the outcome of a severity."""
        for number, chunk in enumerate(chunks(len(self.rows))):
            findings = [self.table.rules[row].output for row in chunk]
            name = hits_name(self.table.name, number)
            cases = [
                (f"{severity} = {outcome.severity}", quoted(_part(name, outcome)))
                for outcome in dict.fromkeys(finding.outcome for finding in findings)
            ]
            codes = [((self.stage, row), finding.reason) for row, finding in zip(chunk, findings, strict=True)]
            reasons.add_mask(cases, codes)
        for on_missing in (OnMissing.DECLINE, OnMissing.REFER):
            self._explain_missing(reasons, causes, names, severity, on_missing)

    def _explain_missing(
        self, reasons: Reasons, causes: Causes, names: Names, severity: str, on_missing: OnMissing
    ) -> None:
        found = []
        for row, rule in enumerate(self.table.rules):
            if rule.output.on_missing is not on_missing:
                continue
            missing = is_missing(self.rows[row])
            for cause, test in causes.tests(names_of_rule(rule), names).items():
                if cause != UNRESOLVED or not only_facts_are_missing(rule, causes.layout):
                    found.append(((self.stage, row), all_of([missing, test]), CODES[cause]))
        asked = Outcome(on_missing)
        masks = [
            _part(misses_name(self.table.name, number), on_missing)
            for number, chunk in enumerate(chunks(len(self.rows)))
            if any(self.table.rules[row].output.on_missing is on_missing for row in chunk)
        ]
        reasons.add(all_of([f"{severity} = {asked.severity}", any_in(masks)]), found)


def severity_of(screens: Sequence[Screen]) -> str:
    """Return the severity of the gravest outcome that rows of the screens ask for, 0 where none does."""
    cases = []
    for outcome in (Outcome.DECLINE, Outcome.PEND_INFO, Outcome.REFER):
        names = [name for screen in screens for name in screen.asking(outcome)]
        cases.append((any_in(names), str(outcome.severity)))
    return chosen(cases, "0")


def _add_parts(draft: Draft, name: str, chunk: range, conditions: Sequence[str], groups: Sequence[StrEnum]) -> None:
    """Define the masks of rows by group, and that of all."""
    found = list(dict.fromkeys(groups))
    for group in found:
        members = [each if of is group else "FALSE" for each, of in zip(conditions, groups, strict=True)]
        draft.layers.add(_part(name, group), as_mask(bits(members), chunk))
    draft.layers.add(name, total([quoted(_part(name, group)) for group in found]))


def _part(name: str, group: StrEnum) -> str:
    return f"{name}_{group}"
