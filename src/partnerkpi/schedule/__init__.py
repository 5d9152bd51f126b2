"""The unattended line: inbox -> checks -> every board that is due and not yet made -> the run ledger -> delivery."""

from partnerkpi.schedule.run import Hearing, RunOptions, RunReport, run
from partnerkpi.schedule.status import Status, status

__all__ = ["Hearing", "RunOptions", "RunReport", "Status", "run", "status"]
