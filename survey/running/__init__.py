"""What starts: commands, the server, the demonstration."""
