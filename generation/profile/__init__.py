"""What a table is, before a question is asked of it."""

from generation.profile.dataset import ColumnProfile, DatasetProfile, Kind, Origin, Relation
from generation.profile.table import profile_table

__all__ = ["ColumnProfile", "DatasetProfile", "Kind", "Origin", "Relation", "profile_table"]
