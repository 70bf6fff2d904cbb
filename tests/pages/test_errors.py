"""Error pages: plain Chinese, a number to ask about, and nothing of the inside."""


def test_a_page_that_is_not_there_says_so_in_chinese_with_a_number(client):
    response = client.get("/nothing-here")

    assert response.status_code == 404
    assert "没有找到" in response.text
    assert response.headers["X-Request-ID"] in response.text
