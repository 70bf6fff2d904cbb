"""Every step of an account, an assessment and a pool entry: one function, one transaction each."""
