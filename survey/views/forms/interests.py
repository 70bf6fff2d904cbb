"""The form in which an interest in a firm is declared, by a consultant or by an officer."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import BooleanField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from survey.lifecycle.errors import Invalid
from survey.lifecycle.interests import MOST_NAME, Declared
from survey.lifecycle.typed import MOST_REASON


class InterestForm(FlaskForm):
    """A firm, and what ties the consultant to it."""

    name = StringField(
        "单位名称",
        [InputRequired("请填写单位名称。"), Length(max=MOST_NAME, message="名称最多 100 字。")],
    )
    code = StringField(
        "统一社会信用代码",
        [InputRequired("请填写统一社会信用代码。"), Length(max=60, message="代码应为 18 位。")],
        description="18 位，照营业执照填写。指派时按代码核对。",
    )
    employs = BooleanField("是任职单位（本人在这里工作）")
    says = TextAreaField(
        "是什么关系",
        [
            InputRequired("请写明是什么关系。"),
            Length(max=MOST_REASON, message=f"最多 {MOST_REASON} 字，请删减。"),
        ],
        description="例如：持有股份、亲属任职、正在提供付费服务、三年内任职。",
    )

    def declared(self) -> Declared:
        return Declared(
            self.name.data or "", self.code.data or "", self.employs.data, self.says.data or ""
        )

    def show(self, error: Invalid) -> None:
        for name, words in error.fields.items():
            self[name].errors = [*self[name].errors, words]
