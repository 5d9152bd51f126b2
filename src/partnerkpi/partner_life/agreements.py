"""Data-sharing agreements when partners merge or split: which limits hold then, and what a person should know."""

import datetime as dt

from partnerkpi.models.partner import Agreement, Partner
from partnerkpi.models.source_table import SOURCE_TABLES


def handed_on(partner: Partner, day: dt.date) -> list[dict[str, object]]:
    """The agreements of a partner from a day on, as `[[agreements]]` of one that splits off says them.

    When all are over, the last of them: a partner without any would have no limits.
    """
    held = [each for each in partner.agreements if each.end >= day] or list(partner.agreements[-1:])
    return [_values(agreed) for agreed in held]


def allowed_besides(partner: Partner, there: Partner, day: dt.date, *, smallest: int) -> str:
    """What the agreement of another partner allows on a day that this one's does not, in words; "" where nothing.

    `smallest` is the district's own smallest group.
    """
    ours, theirs = partner.agreement_on(day), there.agreement_on(day)
    if ours is None:
        return ""
    if theirs is None:
        return f"{there.id} has none, so that nothing limits what is told"
    found = [*_tables(ours, theirs), *_groups(ours, theirs, smallest)]
    found += [f"ends on {theirs.end}, not on {ours.end}"] if theirs.end > ours.end else []
    return f"it {', and '.join(found)}" if found else ""


def _tables(ours: Agreement, theirs: Agreement) -> list[str]:
    if not ours.fields:
        return []
    more = sorted(set(theirs.fields or SOURCE_TABLES) - set(ours.fields))
    return [f"may tell of {', '.join(more) if theirs.fields else 'everything'}".replace("_", " ")] if more else []


def _groups(ours: Agreement, theirs: Agreement, smallest: int) -> list[str]:
    before, after = (max(smallest, agreed.minimum_group or 0) for agreed in (ours, theirs))
    return [f"tells of groups of {after} students, not of {before} at least"] if after < before else []


def _values(agreed: Agreement) -> dict[str, object]:
    values: dict[str, object] = {"start": agreed.start, "end": agreed.end}
    values |= {"fields": list(agreed.fields)} if agreed.fields else {}
    return values | ({"minimum_group": agreed.minimum_group} if agreed.minimum_group is not None else {})
