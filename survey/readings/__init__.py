"""Rows become values for pages, reports and jobs; nothing here writes."""
