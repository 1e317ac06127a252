"""What a table is, before a question is asked of it."""

from generation.profile.dataset import ColumnProfile, DatasetProfile, Kind, Origin, Relation

__all__ = ["ColumnProfile", "DatasetProfile", "Kind", "Origin", "Relation"]
