"""Boards and agreements as files: CSV, JSON, Markdown, PNG, SVG, and one self-contained page."""

from leaderboards.report.generation import GenerationSummary, Listing
from leaderboards.report.logs import LogLinks, log_links
from leaderboards.report.writer import write_report

__all__ = ["GenerationSummary", "Listing", "LogLinks", "log_links", "write_report"]
