"""Show runs to people: pages, charts, tables."""

from fabsim.report.page import Page, write_reports

__all__ = ["Page", "write_reports"]
