"""What a report says: diagnosis, district, charts, PDF and tables, from plain values."""
