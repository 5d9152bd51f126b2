"""The toolkit in Python: one workspace, and what the commands do with it, as values."""

import datetime as dt
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from partnerkpi.config.workspace import Workspace, find_workspace

if TYPE_CHECKING:
    import polars as pl

    from partnerkpi.errors import KpiFileError
    from partnerkpi.models.kpi import Kpi
    from partnerkpi.models.load import Load

Place = str | os.PathLike[str]


def opened(path: Place, clock: Callable[[], dt.datetime] | None) -> "OpenWorkspace":
    """As `partnerkpi.open_workspace`."""
    return OpenWorkspace(find_workspace(Path.cwd(), Path(path)), clock or dt.datetime.now)


class OpenWorkspace:
    """A district's workspace. It holds nothing open between calls: commands may run beside it.

    Every error is a `partnerkpi.errors.PartnerKpiError` and says what happened, where, and what to do now. Any call
    may raise ConfigurationError for a mistake in the workspace's files and WorkspaceBusy while another run writes
    for longer than `lock_wait_seconds`.
    """

    def __init__(self, workspace: Workspace, clock: Callable[[], dt.datetime]) -> None:
        self._workspace = workspace
        self._clock = clock

    def __repr__(self) -> str:
        return f"open_workspace({str(self.root)!r})"

    @property
    def root(self) -> Path:
        """The folder."""
        return self._workspace.root

    @property
    def kpis(self) -> "tuple[Kpi, ...]":
        """The KPIs in force, shipped and the workspace's own, in order of domain and id; read anew each time."""
        from partnerkpi.measure.catalogue import load_catalogue

        return load_catalogue(self.root).kpis

    @property
    def broken_kpis(self) -> "tuple[KpiFileError, ...]":
        """Why KPI files are left out of `kpis` and `results`: one error, with file and line, for each."""
        from partnerkpi.measure.catalogue import load_catalogue

        return load_catalogue(self.root).broken

    def ingest(self, paths: Place | Iterable[Place] = (), *, plan: bool = False) -> "list[Load]":
        """Take exports in, or folders of them; without a path the folder `exports`. With `plan` nothing is kept.

        One Load for each export, in order; rows_in_file is the sum of the six other counts, always. A file that is
        refused is a Load with status "refused" and its reason, and the others go on. Raises InputMissing when a path
        is not there or there is nothing to take in.
        """
        from partnerkpi.ingest import IngestOptions, ingest

        files = [Path(path) for path in ([paths] if isinstance(paths, str | os.PathLike) else paths)]
        return ingest(self._workspace, files, now=self._clock(), options=IngestOptions(plan=plan))

    def results(
        self,
        partner: str = "all",
        period: str | None = None,
        by: str | Iterable[str] = (),
        *,
        kpi: str = "all",
        program: str = "",
    ) -> "pl.DataFrame":
        """Exact figures, however small the group: internal, not for release.

        Shape: a row for each KPI, partner, program and group; columns kpi, partner, program, period ("2026-27 Q1"),
        window, by, group (String; empty for the whole), students, numerator, denominator (Int64; sums over the
        students, in minor units), value, low, high (Float64; in the KPI's unit, a percentage as a share from 0 to 1,
        with its 90 percent interval, null for totals and single students). KPIs without data in the period and
        KPIs whose file is broken have no rows.

        `partner` and `program` go by id or name, `period` is a quarter ("2026-27-Q1"; None: the latest that has
        ended and has data), `by` one or more kinds of groups ("school", "grade_level", "group_*"). Raises UsageError
        for what does not exist, InputMissing without data, KpiFileError when a KPI fails on the data.
        """
        from partnerkpi.analysis import Asked, figures

        groups = (by,) if isinstance(by, str) else tuple(by)
        asked = Asked(kpi, partner, period, program, groups)
        return figures(self._workspace, asked, today=self._clock().date()).frame

    def report(
        self,
        partner: str,
        period: str | None = None,
        format: str = "pdf",  # noqa: A002  (as the command line calls it)
        *,
        out: Place | None = None,
    ) -> Path:
        """Draw a partner's board after disclosure control, and say where it lies.

        `format` is "pdf", "png", "html", "json", "csv", "text" or "pptx", `period` as in `results`; without `out` it
        goes into the folder `boards`. Raises UsageError for what does not exist, InputMissing without data,
        ChecksFailed when the data is not sound, PrivacyRefused on a day on which the agreement with the partner is not
        in force, DoesNotFit when it is more than one page; then nothing is written.
        """
        from partnerkpi.report import ReportOptions, report

        options = ReportOptions(period, format, None if out is None else Path(out))
        return report(self._workspace, partner, today=self._clock().date(), options=options)
