"""What ./run hands over to: `python -m guiyang_egov NAME …` is `manage.py NAME …` on a prepared data folder.

Nothing of Django is imported before it is known what is asked for, so that Ctrl-C, a refused port and `./run test`
answer at once.
"""

import difflib
import itertools
import os
import signal
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VALUE_FOLLOWS = {"-k", "-m", "-n", "-p", "-o", "-c", "-W", "-r", "--deselect", "--ignore", "--maxfail", "--durations"}


def main(argv: list[str]) -> int:
    """Run one command; returns its exit code. Paths in `argv` stay relative to the caller's folder."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guiyang_egov.settings")
    if argv[0] == "test":
        return run_tests(argv[1:])
    if argv[0] == "serve":
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: os._exit(0))  # nothing has been started yet
    import django
    from django.core.exceptions import ImproperlyConfigured

    try:
        django.setup()
    except ImproperlyConfigured as reason:
        print(reason, file=sys.stderr)
        return 2
    except PermissionError as reason:
        print(f"没有权限读写 {reason.filename}。请检查数据文件夹的所有者，或另设 GUIYANG_DATA。", file=sys.stderr)
        return 1
    if unknown := sentence_for_unknown(argv[0]):
        print(unknown, file=sys.stderr)
        return 2
    from guiyang_egov.runtime import prepare

    try:
        prepare.before(argv)
    except prepare.CannotPrepare as reason:
        print(reason, file=sys.stderr)
        return 1
    from django.core.management import execute_from_command_line

    execute_from_command_line([str(ROOT / "manage.py"), *argv])
    return 0


def sentence_for_unknown(name: str) -> str:
    """Empty for a command that exists; else what is wrong and what may have been meant."""
    from django.core.management import get_commands

    names = sorted({*get_commands(), "test", "help"})
    if name in names or name.startswith("-"):
        return ""
    near = difflib.get_close_matches(name, names, n=1)
    meant = f"是不是要用 {near[0]}？" if near else ""
    return f"没有名为 {name} 的命令。{meant}用 ./run help 查看全部命令。"


def run_tests(args: list[str]) -> int:
    """pytest on two cores over the whole tree, with a data folder of its own that does not outlive the run."""
    args = pytest_arguments(args, Path.cwd())
    os.chdir(ROOT)
    import pytest

    if "GUIYANG_DATA" in os.environ:
        return int(pytest.main(args))
    with tempfile.TemporaryDirectory(prefix="guiyang-test-", ignore_cleanup_errors=True) as folder:
        os.environ["GUIYANG_DATA"] = folder
        return int(pytest.main(args))


def pytest_arguments(args: list[str], folder: Path) -> list[str]:
    """Paths seen from the caller's folder become absolute; two processes unless the caller says otherwise.

    Drills kill processes and measure what follows, and a deployment is built up test by test: one process for these.
    """
    result, previous = [], ""
    for arg in args:
        path = arg.split("::")[0]
        if path and not arg.startswith("-") and previous not in VALUE_FOLLOWS and (folder / path).exists():
            arg = str((folder / path).resolve()) + arg[len(path) :]
        result.append(arg)
        previous = arg
    marked = [value for flag, value in itertools.pairwise(args) if flag == "-m"]
    chosen = any(arg.startswith(("-n", "--numprocesses", "--pdb", "--collect-only", "--co")) for arg in args)
    if not chosen and not {"drill", "deploy"} & set(marked):
        result = ["-n", "2", *result]
    return result


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
