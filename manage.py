#!/usr/bin/env python
"""Django's command line of the product; what an operator can put right is a sentence, not a trace."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guiyang_egov.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line
    from django.db import OperationalError

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as reason:
        sys.exit(_say(str(reason), 2))
    except OperationalError as reason:
        said = str(reason).strip().splitlines() or [type(reason).__name__]
        sys.exit(_say(f"数据库没有应答（{said[0]}）。请检查 DATABASE_URL 和数据库是否在运行。", 1))


def _say(sentence: str, code: int) -> int:
    print(sentence, file=sys.stderr)
    return code


if __name__ == "__main__":
    main()
