"""What happens to partners: each change is dated, has a reason, and is written into the partner files."""

from partnerkpi.partner_life.editing import Edited, When

__all__ = ["Edited", "When"]
