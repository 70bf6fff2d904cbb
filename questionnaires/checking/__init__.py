"""What is tried on an edition before it is published: sense, reach, worked examples, mutations."""
