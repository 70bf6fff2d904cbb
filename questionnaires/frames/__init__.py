"""The same answers in other people's rules: frames to read across, conditions to apply under."""
