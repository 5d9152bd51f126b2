"""What a partner file may say."""

import datetime as dt
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from partnerkpi.config.toml_file import StrictModel
from partnerkpi.models.partner import (
    Action,
    Agreement,
    Change,
    ChangeKind,
    Checkin,
    FormerProgram,
    Goal,
    GoalRevision,
    PageChoice,
    Program,
    Recipients,
)
from partnerkpi.models.school_year import quarter_label
from partnerkpi.models.source_table import SOURCE_TABLES
from partnerkpi.records.holdings import plain

ID_PATTERN = r"^[a-z0-9][a-z0-9_-]{0,39}$"


def _comparable(name: str) -> str:
    # Names are compared by their letters and digits; one without any would be the same as no name.
    if not plain(name):
        raise ValueError(f'"{name}" has no letter or digit')
    return name


_Name = Annotated[str, Field(min_length=1, max_length=300), AfterValidator(_comparable)]


_Element = Literal[
    "",
    "internship",
    "apprenticeship",
    "job shadow",
    "lab visit",
    "staff training",
    "curriculum update",
]


class FormerNameFile(StrictModel):
    """`[[formerly]]`."""

    name: _Name
    until: dt.date


class FormerProgramFile(StrictModel):
    """`[[programs.formerly]]`: what it was before it changed; all three, that of its name too."""

    until: dt.date
    name: _Name
    element: _Element = ""
    capacity: Annotated[int, Field(ge=0)] | None = None


class ProgramFile(StrictModel):
    """`[[programs]]`."""

    id: Annotated[str, Field(pattern=ID_PATTERN)]
    name: _Name
    aliases: list[_Name] = Field(default_factory=list)
    since: dt.date | None = None
    until: dt.date | None = None
    element: _Element = ""
    capacity: Annotated[int, Field(ge=0)] | None = None
    formerly: list[FormerProgramFile] = Field(default_factory=list)

    def program(self) -> Program:
        """As a value."""
        ordered = sorted(self.formerly, key=lambda former: former.until)
        formerly = tuple(FormerProgram(f.until, f.name, f.element, f.capacity) for f in ordered)
        return Program(
            self.id, self.name, tuple(self.aliases), self.since, self.until, self.element, self.capacity, formerly
        )


class VisionFile(StrictModel):
    """`[vision]`: what both sides want, when they agreed, and who signed, by role.

    `values` and `answers` keep what both sides said before they began; a page prints the text alone.
    """

    text: Annotated[str, Field(max_length=400)] = ""
    values: list[_Name] = Field(default_factory=list)
    answers: dict[str, str] = Field(default_factory=dict)
    agreed: dt.date | None = None
    signed_by: list[str] = Field(default_factory=list)


def _quarter_name(text: str) -> str:
    try:
        return quarter_label(text)
    except ValueError:
        raise ValueError(f'"{text}" is not a quarter; write it like "2026-27 Q4"') from None


_QuarterName = Annotated[str, AfterValidator(_quarter_name)]
_Number = Annotated[float, Field(allow_inf_nan=False)]


class GoalRevisionFile(StrictModel):
    """`[[goals.revisions]]`."""

    on: dt.date
    target: _Number
    due: _QuarterName | None = None
    reason: Annotated[str, Field(min_length=1, max_length=200)]


class GoalFile(StrictModel):
    """`[[goals]]`: as it was first agreed, and every revision since."""

    kpi: str
    baseline: _Number | None = None
    baseline_period: _QuarterName | None = None
    baseline_students: Annotated[int, Field(ge=0)] | None = None
    target: _Number
    due: _QuarterName
    revisions: list[GoalRevisionFile] = Field(default_factory=list)
    since: dt.date | None = None
    retired: dt.date | None = None
    why: Annotated[str, Field(max_length=200)] = ""

    def goal(self) -> Goal:
        """As a value, revisions in order of time."""
        ordered = sorted(self.revisions, key=lambda revision: revision.on)
        revisions = tuple(GoalRevision(r.on, r.target, r.due or "", r.reason) for r in ordered)
        return Goal(
            self.kpi,
            self.baseline,
            self.baseline_period or "",
            self.target,
            self.due,
            revisions,
            self.since,
            self.retired,
            self.why,
            self.baseline_students,
        )


class ActionFile(StrictModel):
    """`[[checkins.actions]]`: who took on what, by role; `aims_at` is the KPI it is meant to move."""

    what: Annotated[str, Field(min_length=1, max_length=300)]
    owner: Annotated[str, Field(max_length=300)] = ""
    due: dt.date | None = None
    done: dt.date | None = None
    aims_at: str = ""


class CheckinFile(StrictModel):
    """`[[checkins]]`: one meeting of both sides; `attended` names roles, never persons."""

    on: dt.date
    attended: list[Annotated[str, Field(max_length=300)]] = Field(default_factory=list)
    decisions: list[Annotated[str, Field(min_length=1, max_length=300)]] = Field(default_factory=list)
    actions: list[ActionFile] = Field(default_factory=list)
    next: dt.date | None = None

    def checkin(self) -> Checkin:
        """As a value."""
        actions = tuple(Action(a.what, a.owner, a.due, a.done, a.aims_at) for a in self.actions)
        return Checkin(self.on, tuple(self.attended), tuple(self.decisions), actions, self.next)


_KpiPanelName = Literal["outcomes", "college", "work", "people", "investment", "voice"]
_PanelName = _KpiPanelName | Literal["pipeline", "goals", "checkin", "programs"]


class PageFile(StrictModel):
    """`[board]`: what this partner's page shows, instead of the usual."""

    panels: list[_PanelName] = Field(default_factory=list)
    kpis: dict[_KpiPanelName, list[str]] = Field(default_factory=dict)
    logo: str = ""
    money: Literal["private", "public"] = "private"
    language: Literal["", "en", "es"] = ""

    def choice(self) -> PageChoice:
        """As a value."""
        kpis = tuple((str(panel), tuple(names)) for panel, names in self.kpis.items())
        return PageChoice(tuple(dict.fromkeys(self.panels)), kpis, self.logo, self.money == "public", self.language)


class ChangeFile(StrictModel):
    """`[[changes]]`: the partner's log."""

    on: dt.date
    kind: ChangeKind
    what: Annotated[str, Field(max_length=400)]
    reason: Annotated[str, Field(min_length=1, max_length=300)]
    partner: str = ""
    programs: list[str] = Field(default_factory=list)
    renamed: dict[str, str] = Field(default_factory=dict)
    names: list[Annotated[str, Field(min_length=1, max_length=300)]] = Field(default_factory=list)

    def change(self) -> Change:
        """As a value."""
        programs, renamed = tuple(self.programs), tuple(self.renamed.items())
        return Change(self.on, self.kind, self.what, self.reason, self.partner, programs, renamed, tuple(self.names))


class ContactFile(StrictModel):
    """`[[contacts]]`: an office or a role, from a day on."""

    role: Annotated[str, Field(min_length=1, max_length=200)]
    since: dt.date


class AgreementFile(StrictModel):
    """`[agreement]`, and each `[[agreements]]` that renews it; `fields` are source tables, none: all of them."""

    start: dt.date
    end: dt.date
    fields: list[str] = Field(default_factory=list)
    minimum_group: Annotated[int, Field(ge=5, le=30)] | None = None

    @model_validator(mode="after")
    def _in_order(self) -> "AgreementFile":
        if self.end < self.start:
            raise ValueError("the agreement ends before it starts")
        unknown = sorted(set(self.fields) - set(SOURCE_TABLES))
        if unknown:
            raise ValueError(f"there is no source table {', '.join(unknown)}")
        return self

    def agreement(self) -> Agreement:
        """As a value."""
        return Agreement(self.start, self.end, tuple(self.fields), self.minimum_group)


_Address = Annotated[str, Field(pattern=r"^[^@\s<>,;\"']+@[^@\s<>,;\"']+$", max_length=254)]


class RecipientsFile(StrictModel):
    """`[recipients]`: who gets the board of each audience."""

    executive: list[_Address] = Field(default_factory=list)
    community: list[_Address] = Field(default_factory=list)
    board: list[_Address] = Field(default_factory=list)

    def recipients(self) -> tuple[Recipients, ...]:
        """As values, only the audiences somebody reads for, and nobody twice for one of them."""
        named = (("executive", self.executive), ("community", self.community), ("board", self.board))
        return tuple(Recipients(audience, _each_once(addresses)) for audience, addresses in named if addresses)


def _each_once(addresses: list[str]) -> tuple[str, ...]:
    """The addresses as they were written first; upper and lower case make no other reader."""
    first: dict[str, str] = {}
    for address in addresses:
        first.setdefault(address.casefold(), address)
    return tuple(first.values())


class PartnerFile(StrictModel):
    """partners/<id>.toml."""

    name: _Name
    aliases: list[_Name] = Field(default_factory=list)
    contact: Annotated[str, Field(max_length=200)] = ""
    color: Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")] = "#1f4e79"
    formerly: list[FormerNameFile] = Field(default_factory=list)
    programs: list[ProgramFile] = Field(default_factory=list)
    vision: VisionFile = VisionFile()
    goals: list[GoalFile] = Field(default_factory=list)
    checkins: list[CheckinFile] = Field(default_factory=list)
    board: PageFile = PageFile()
    changes: list[ChangeFile] = Field(default_factory=list)
    contacts: list[ContactFile] = Field(default_factory=list)
    agreement: AgreementFile | None = None
    agreements: list[AgreementFile] = Field(default_factory=list)
    recipients: RecipientsFile = RecipientsFile()
    sites: list[_Name] = Field(default_factory=list)

    def log(self) -> tuple[Change, ...]:
        """The changes as values, in order of time."""
        return tuple(sorted((each.change() for each in self.changes), key=lambda change: change.on))

    def agreed(self) -> tuple[Agreement, ...]:
        """The agreements as values, in order of time."""
        found = [*([self.agreement] if self.agreement else []), *self.agreements]
        return tuple(sorted((each.agreement() for each in found), key=lambda agreed: agreed.start))

    @model_validator(mode="after")
    def _one_agreement_at_a_time(self) -> "PartnerFile":
        agreed = self.agreed()
        for before, after in pairwise(agreed):
            if after.start <= before.end:
                raise ValueError(f"two agreements cover {after.start}: end the one before it on an earlier day")
        return self

    @model_validator(mode="after")
    def _each_once(self) -> "PartnerFile":
        for kind, ids in (
            ("program", [p.id for p in self.programs]),
            ("goal on", [g.kpi for g in self.goals if g.retired is None]),
        ):
            twice = sorted({name for name in ids if ids.count(name) > 1})
            if twice:
                raise ValueError(f"the {kind} {', '.join(twice)} is there twice")
        return self
