"""What a report says: diagnosis, pool, charts, PDF and spreadsheets, from plain values."""
