"""What waits for a reader (待办): of each kind how many, and the oldest few with their first day.

A kind is a member of ``Kind`` and one small function in the tuple of its reader; its words stand in
``survey.words.todo``, the way to it in ``survey.views.todo``.
"""
