"""How large what is sent in may be: the figure for the code and the words for the screen, in one place."""

from __future__ import annotations

UPLOAD_BYTES = 10 * 1024 * 1024
UPLOAD = f"{UPLOAD_BYTES // 1024 // 1024} MB"
FORM_BYTES = 2 * 1024 * 1024
FORM = f"{FORM_BYTES // 1024 // 1024} MB"
TOO_LARGE = f"提交的内容太大（上限 {FORM}，文件 {UPLOAD}），没有保存。"
