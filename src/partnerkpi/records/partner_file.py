"""What a partner file may say."""

import datetime as dt
import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from partnerkpi.config.toml_file import StrictModel
from partnerkpi.models.partner import Action, Checkin, Goal, GoalRevision, PageChoice
from partnerkpi.models.school_year import school_year_label

_ID = r"^[a-z0-9][a-z0-9_-]{0,39}$"
_Name = Annotated[str, Field(min_length=1, max_length=300)]


class FormerNameFile(StrictModel):
    """`[[formerly]]`."""

    name: _Name
    until: dt.date


class ProgramFile(StrictModel):
    """`[[programs]]`."""

    id: Annotated[str, Field(pattern=_ID)]
    name: _Name
    aliases: list[_Name] = Field(default_factory=list)


class VisionFile(StrictModel):
    """`[vision]`: what both sides want, when they agreed, and who signed, by role."""

    text: Annotated[str, Field(max_length=400)] = ""
    agreed: dt.date | None = None
    signed_by: list[str] = Field(default_factory=list)


def _quarter_name(text: str) -> str:
    year, _, quarter = text.rpartition(" ")
    try:
        label = school_year_label(year)
    except ValueError:
        label = ""
    if not label or not re.fullmatch(r"Q[1-9]", quarter):
        raise ValueError(f'"{text}" is not a quarter; write it like "2026-27 Q4"')
    return f"{label} {quarter}"


_QuarterName = Annotated[str, AfterValidator(_quarter_name)]


class GoalRevisionFile(StrictModel):
    """`[[goals.revisions]]`."""

    on: dt.date
    target: float
    due: _QuarterName | None = None
    reason: Annotated[str, Field(min_length=1, max_length=200)]


class GoalFile(StrictModel):
    """`[[goals]]`: as it was first agreed, and every revision since."""

    kpi: str
    baseline: float | None = None
    baseline_period: _QuarterName | None = None
    target: float
    due: _QuarterName
    revisions: list[GoalRevisionFile] = Field(default_factory=list)

    def goal(self) -> Goal:
        """As a value, revisions in order of time."""
        ordered = sorted(self.revisions, key=lambda revision: revision.on)
        revisions = tuple(GoalRevision(r.on, r.target, r.due or "", r.reason) for r in ordered)
        return Goal(self.kpi, self.baseline, self.baseline_period or "", self.target, self.due, revisions)


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
_PanelName = _KpiPanelName | Literal["goals", "checkin", "programs"]


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

    @model_validator(mode="after")
    def _each_once(self) -> "PartnerFile":
        for kind, ids in (("program", [p.id for p in self.programs]), ("goal on", [g.kpi for g in self.goals])):
            twice = sorted({name for name in ids if ids.count(name) > 1})
            if twice:
                raise ValueError(f"the {kind} {', '.join(twice)} is there twice")
        return self
