"""How fast the application is on this machine, beside plain programs doing the same work.

``make bench`` prints it all. Nothing here is a test: figures are printed with their targets and
whether they were met, never asserted, because another machine has other figures.
"""
