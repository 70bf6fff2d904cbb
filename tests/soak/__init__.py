"""A site under mixed load while its parts are killed: nothing acknowledged lost, nothing done twice."""
