"""The walk through a factory (走访路线): where on a visit each question is looked at."""

from __future__ import annotations

from questionnaires.model.kinds import Line, Prose, Value, Word


class Station(Value):
    """A place a consultant goes to; the edition lists them in the order of the walk.

    ``does`` is what is done there, in a sentence; ``meets`` is who can show and answer it. What to
    ask for there is the ``evidence`` of its questions.
    """

    id: Word
    title: Line
    does: Prose
    meets: Line
