"""A partner that was renamed: its students are the same partner's under every name it ever had."""

from pathlib import Path

from given import NOW, csv_text, export, workspace

from partnerkpi.ingest import ingest
from partnerkpi.measure.checks import Finding
from partnerkpi.warehouse import open_for_reading

PARTNER = """\
name = "Lakeside Health"
aliases = ["Piedmont HealthCare System Lakeside", "LAKESIDE HLTH"]

[[formerly]]
name = "Piedmont Medical Center"
until = 2025-10-01

[[programs]]
id = "academy"
name = "Health Academy"
"""
HEADER = "student_number,partner,program,activity,date"
SPELLINGS = ["Lakeside Health", "PIEDMONT HEALTHCARE SYSTEM  LAKESIDE", "lakeside hlth", "Piedmont Medical Center"]


def test_a_renamed_partner_is_one_partner_under_dated_names_and_aliases(tmp_path: Path) -> None:
    made = workspace(tmp_path / "d", partners={"lakeside": PARTNER})
    rows = [f'{n},"{name}",Health Academy,visit,2025-09-0{n}' for n, name in enumerate(SPELLINGS, start=1)]
    found: list[Finding] = []
    path = export(made, "a.csv", csv_text(HEADER, [*rows, "9,Lakeside Hospital,Health Academy,visit,2025-09-09"]))
    ingest(made, [path], now=NOW, found=found.append)
    with open_for_reading(made.database) as warehouse:
        cohort = warehouse.rows(
            """
select c.partner, count(distinct e.student_id)
from engagement as e
join cohort_names as n on n.partner = e.partner and n.program = e.program
join cohorts as c using (cohort_id)
group by c.partner
order by c.partner"""
        )
    assert cohort == [("", len(SPELLINGS)), ("lakeside", len(SPELLINGS))]
    unknown = [finding for finding in found if finding.check == "unknown_partner"]
    assert [(finding.rows, finding.examples) for finding in unknown] == [(1, ("Lakeside Hospital",))]
