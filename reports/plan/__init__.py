"""What a firm buys first: ways to any rung, by what it counts, and what changes when it decides."""
