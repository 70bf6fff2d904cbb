"""What is asked, and what the answers mean: pure values, no web, no database."""
