"""The menu says where one is, on pages whose address does not say it as well."""

import re

import pytest

from survey.tables import Role
from tests.support.people import a_user, signed_in


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("/admin/security", "用户"),
        ("/admin/identities", "用户"),
        ("/admin/tokens", "用户"),
        ("/bureau/consultants/work", "用户"),
        ("/bureau/assessments/templates/word", "区县设置"),
    ],
)
def test_an_administrators_page_stands_under_the_line_that_led_to_it(app, session, path, line):
    page = signed_in(app, session, a_user(session, Role.ADMINISTRATOR)).get(path).text

    assert re.findall(r'aria-current="page">([^<]+)</a>', page) == [line]


def test_a_declaration_of_interests_stands_under_whose_it_is(app, session, desk):
    consultant = a_user(session, Role.CONSULTANT)
    own = signed_in(app, session, consultant)
    path = f"/interests/{consultant.id}"

    assert 'aria-current="page">我的现场诊断</a>' in own.get(path).text
    assert 'aria-current="page">诊断顾问</a>' in desk.get(path).text
