"""What knows the request: who asks, from where, and how it is answered."""
