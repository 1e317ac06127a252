"""Why nothing can be asked of a table, where its profile alone says it."""

from generation.profile.dataset import DatasetProfile, Kind

FEW_ROWS = 150


def why_nothing(profile: DatasetProfile) -> str:
    """What to tell the owner of a table of which no question came: the reason with its figure, or ""."""
    useful = [column for column in profile.columns if column.kind not in (Kind.CONSTANT, Kind.IDENTIFIER)]
    if len(useful) < 2:
        constant = sum(column.kind is Kind.CONSTANT for column in profile.columns)
        identifiers = sum(column.kind is Kind.IDENTIFIER for column in profile.columns)
        return (
            f"of its {len(profile.columns)} columns {constant} have one value alone and {identifiers} only name the "
            "rows, so there is nothing to predict from anything; add columns that vary"
        )
    return f"the table has only {profile.rows} rows; give it some hundreds" if profile.rows < FEW_ROWS else ""
