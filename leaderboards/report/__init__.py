"""Boards and agreements as files: CSV, JSON, Markdown, PNG, and one self-contained page."""

from leaderboards.report.generation import GenerationSummary, Listing
from leaderboards.report.writer import write_report

__all__ = ["GenerationSummary", "Listing", "write_report"]
