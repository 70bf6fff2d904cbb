"""The report on paper: its HTML, its drawings, and the press that prints it."""
