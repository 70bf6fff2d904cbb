"""The report on paper: its HTML, its charts, and the press that prints it."""
