"""What is said of a content that waits for the virus scanner, or in which something was found."""

from __future__ import annotations

STATES = {"waiting": "待查毒", "infected": "含病毒，已隔离"}
WAITING = "这个文件还在查毒，查完没有问题才能打开。一般几分钟，请稍后再试。"
INFECTED = "这个文件含有病毒，已隔离，不能打开。请上传的人删除它，换一个干净的文件。"
SILENT = "查毒程序没有回应，这个文件没有收下。请过几分钟再上传；一直不行，请管理员看“运行状况”。"
