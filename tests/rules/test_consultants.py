"""Figures on what consultants' visits look like, and what stands in visits of several firms."""

from datetime import date, datetime, timedelta
from fractions import Fraction

import pytest

from reports.consultants import (
    FEW,
    LEAST_LETTERS,
    LINES,
    Change,
    Photo,
    Visit,
    Words,
    figures,
    letters,
    medians,
    repeats,
)
from reports.facts import Verdict
from reports.visit import Stay

NINE = datetime.fromisoformat("2026-11-20T09:00:00+08:00")
SENTENCE = "现场抽查三份记录，系统里都查不到。"


def a_visit(id=1, *, firm=None, by=1, **given):
    firm_id = firm or id
    return Visit(id, firm_id, f"虚构{firm_id}厂", by, date(2026, 11, 20), **given)


def of_one(*visits):
    return figures(visits)[1]


def value(name, it):
    return next(line.value(it) for line in LINES if line.id == name)


def a_change(said, found, files=0):
    return Change("Q1 排产", said, found, "", files)


def test_shares_are_of_what_was_judged_over_all_visits():
    it = of_one(
        a_visit(1, verdicts={Verdict.VERIFIED: 6, Verdict.CHANGED: 2}),
        a_visit(2, verdicts={Verdict.AS_SAID: 3, Verdict.NOT_SEEN: 1}),
    )

    assert value("judged", it) == 12
    assert value("changed", it) == Fraction(2, 12)
    assert value("as_said", it) == Fraction(3, 12)
    assert value("not_seen", it) == Fraction(1, 12)


def test_changes_are_told_by_direction_and_size_and_apart_where_no_level_moved():
    it = of_one(
        a_visit(1, changes=[a_change(3, 2, files=1), a_change(4, 0), a_change(1, 2)]),
        a_visit(2, changes=[a_change(3, None), a_change(2, 2), a_change(4, 1, files=1)]),
    )

    assert it.steps == {-1: 1, -3: 2, 1: 1}
    assert it.without_level == 2
    assert value("mean", it) == Fraction(-1 - 4 + 1 - 3, 4)
    assert value("change_files", it) == Fraction(2, 6)


def test_a_visit_that_judged_nothing_has_no_shares_instead_of_noughts():
    it = of_one(a_visit())

    assert [line.id for line in LINES if line.value(it) is None] == [
        *("changed", "mean", "as_said", "not_seen"),
        *("minutes", "pace", "change_files", "finding_files"),
    ]


def test_noted_time_comes_before_what_saves_let_guess_and_days_between_do_not_count():
    saves = [NINE, NINE + timedelta(minutes=40), NINE + timedelta(days=1, minutes=5)]
    noted = a_visit(stays=[Stay(NINE, NINE + timedelta(hours=3))], saves=saves)
    guessed = a_visit(2, saves=[*saves, NINE + timedelta(days=1, minutes=25)])
    lasting = a_visit(3, stays=[Stay(NINE)], saves=saves)

    assert (noted.minutes, noted.is_timed) == (180, True)
    assert (guessed.minutes, guessed.is_timed) == (60, False)
    assert (lasting.minutes, lasting.is_timed) == (40, False)


def test_pace_counts_what_was_looked_at_where_the_time_is_known():
    seen = {Verdict.VERIFIED: 20, Verdict.CHANGED: 4, Verdict.AS_SAID: 50}
    timed = a_visit(1, verdicts=seen, stays=[Stay(NINE, NINE + timedelta(hours=2))])

    it = of_one(timed, a_visit(2, verdicts=seen))

    assert value("pace", it) == Fraction(24, 120)
    assert (it.timed, it.guessed) == (1, 0)


@pytest.mark.parametrize(
    ("minutes", "outside"), [(-31, True), (-30, False), (60, False), (150, False), (151, True)]
)
def test_a_photo_is_outside_when_taken_half_an_hour_before_or_after_a_noted_stay(minutes, outside):
    photo = Photo(1, "a", taken=NINE + timedelta(minutes=minutes))
    visit = a_visit(photos=[photo], stays=[Stay(NINE, NINE + timedelta(hours=2))])

    assert visit.outside == ([photo] if outside else [])


def test_without_a_noted_stay_a_photo_is_outside_on_another_day_and_without_a_time_nowhere():
    same, other, untimed = Photo(1, "a", taken=NINE), Photo(2, "b"), Photo(3, "c")
    other = Photo(2, "b", taken=NINE - timedelta(days=40))
    saved_late = NINE + timedelta(hours=9)
    visit = a_visit(photos=[same, other, untimed], saves=[saved_late])

    assert visit.outside == [other]
    assert visit.untimed == [untimed]
    assert a_visit(photos=[other]).outside == []


def test_texts_are_compared_without_width_case_spaces_and_punctuation():
    assert letters("ＥＲＰ 里,查不到这三份记录。。") == letters("erp里查不到这三份记录！")
    assert letters("未能查看。" * 2) == ""
    assert len(letters("一" * LEAST_LETTERS)) == LEAST_LETTERS


def test_the_same_text_counts_across_firms_only():
    other = SENTENCE.replace("，", "， ").replace("。", "")
    apart = repeats(
        [
            a_visit(1, words=[Words(SENTENCE), Words(SENTENCE), Words("现场已看，与自评一致。")]),
            a_visit(2, firm=1, words=[Words(SENTENCE)]),
            a_visit(3, words=[Words("现场已看，与自评一致。")]),
        ]
    )
    across = repeats([a_visit(1, words=[Words(SENTENCE)]), a_visit(2, words=[Words(other)])])

    assert apart.words == []
    assert [[found.visit.id for found in group] for group in across.words] == [[1, 2]]


def test_the_same_photo_and_photos_that_look_alike_are_told_apart():
    bits = 0x0F0F_1234_5678_9ABC
    visits = [
        a_visit(1, photos=[Photo(1, "a", bits), Photo(2, "b", None)]),
        a_visit(2, photos=[Photo(3, "a", bits)]),
        a_visit(3, photos=[Photo(4, "c", bits ^ 0b101), Photo(5, "d", None)]),
    ]

    found = repeats(visits)

    assert [[one.what.id for one in group] for group in found.same] == [[1, 3]]
    assert [[one.what.id for one in group] for group in found.alike] == [[1, 3, 4]]
    assert repeats(visits[:2]).alike == []
    assert [len(group) for group in repeats([visits[0], visits[2]]).alike] == [2]


def test_two_files_of_one_likeness_are_alike():
    bits = 0x0F0F_1234_5678_9ABC

    found = repeats([a_visit(n, photos=[Photo(n, str(n), bits)]) for n in (1, 2)])

    assert (len(found.same), len(found.alike)) == (0, 1)


def test_what_two_consultants_have_in_common_is_told_of_both_and_of_no_third():
    found = figures(
        [
            a_visit(1, by=1, words=[Words(SENTENCE)]),
            a_visit(2, by=2, words=[Words(SENTENCE)]),
            a_visit(3, by=3),
        ]
    )

    assert [len(found[id].repeats.words) for id in (1, 2, 3)] == [1, 1, 0]


def test_the_middle_is_of_those_who_have_the_figure():
    shares = [1, 2, 4]
    everybody = figures(
        [
            a_visit(n, by=n, verdicts={Verdict.CHANGED: part, Verdict.VERIFIED: 10 - part})
            for n, part in enumerate(shares, 1)
        ]
        + [a_visit(9, by=9)]
    )

    assert medians(everybody.values())["changed"] == Fraction(2, 10)
    assert medians(everybody.values())["pace"] is None
    assert medians(everybody.values())["judged"] == 10


def test_few_visits_say_so():
    some = [a_visit(n) for n in range(1, FEW + 1)]

    assert of_one(*some[:-1]).is_few
    assert not of_one(*some).is_few
