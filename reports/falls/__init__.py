"""How far self-ratings fall at verification, and where a visit would find most.

``seen`` holds what visits found, ``trials`` and ``fitting`` learn from it, ``climbing`` scores many
versions of one sheet at once, ``forecast`` says where a firm will probably stand once it is
verified, ``checking`` holds such forecasts against visits, ``choice`` spends consultant days.

A forecast is about the bureau's time, never about a firm's honesty: no firm reads any of it.
"""
