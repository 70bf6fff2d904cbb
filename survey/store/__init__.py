"""Every query, no decisions; cut by subject like the tables."""
