"""Child processes kept alive together and ended together; knows nothing of Django.

Each child leads a process group of its own, so that whatever it starts ends with it. A guard outside this process
ends the groups when this one is killed without a chance to do so.
"""

import contextlib
import os
import select
import signal
import subprocess
import sys
import time
from collections import deque
from dataclasses import dataclass, field

DEATHS_ALLOWED = 3  # the third within a minute stops everything
DEATHS_WITHIN_S = 60.0
END_WITHIN_S = 7.0  # ended politely; then killed, so that 10 s are kept

# Reads "+group" and "-group" lines; when the supervisor is gone, ends the groups still on the list.
# Its own group and session, plain sh: it must outlive whatever ends the others.
GUARD = """
trap '' INT TERM HUP QUIT
groups=' '
while read -r line; do
    case $line in
    +*) groups="$groups${line#+} " ;;
    -*) groups=$(printf '%s' "$groups" | sed "s/ ${line#-} / /") ;;
    esac
done
[ "$groups" != ' ' ] || exit 0
for group in $groups; do kill -TERM "-$group"; done 2>/dev/null
sleep 2
for group in $groups; do kill -KILL "-$group"; done 2>/dev/null
"""


@dataclass
class Child:
    """One program: `label` is what people read, `command` what runs; everything it prints goes to standard error."""

    label: str
    command: list[str]
    pass_fds: tuple[int, ...] = ()
    process: subprocess.Popen | None = None
    deaths: deque[float] = field(default_factory=lambda: deque(maxlen=DEATHS_ALLOWED))

    def died_too_often(self, now: float) -> bool:
        """Record a death at `now` (monotonic seconds); True for the third within a minute."""
        self.deaths.append(now)
        return len(self.deaths) == DEATHS_ALLOWED and now - self.deaths[0] <= DEATHS_WITHIN_S


class Supervisor:
    """Starts children, starts again those that die, ends all of them on TERM, INT or HUP."""

    def __init__(self, *, keep_open: tuple[int, ...] = ()) -> None:
        """`keep_open`: descriptors (the data folder's lock) that stay open until every child has ended."""
        self.children: list[Child] = []
        self.stopping = False
        self._keep_open = keep_open
        self._guard = self._start_guard()
        self._wake, self._waker = os.pipe()
        os.set_blocking(self._waker, False)
        signal.set_wakeup_fd(self._waker, warn_on_full_buffer=False)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._stop)
        signal.signal(signal.SIGCHLD, lambda *_: None)

    def _stop(self, *_) -> None:
        self.stopping = True

    def _start_guard(self) -> subprocess.Popen:
        return subprocess.Popen(
            ["/bin/sh", "-c", GUARD, "guiyang-guard"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
            pass_fds=self._keep_open,
        )

    def _tell_guard(self, line: str) -> None:
        with contextlib.suppress(BrokenPipeError):
            self._guard.stdin.write(f"{line}\n".encode())
            self._guard.stdin.flush()

    def start(self, child: Child) -> None:
        child.process = subprocess.Popen(
            child.command,
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr.fileno(),
            start_new_session=True,
            pass_fds=child.pass_fds,
        )
        self._tell_guard(f"+{child.process.pid}")
        if child not in self.children:
            self.children.append(child)

    def watch(self, seconds: float) -> bool:
        """Wait up to `seconds` for a signal or a death and deal with it; False when all must end at once.

        A child that died is started again; its third death within a minute is the end of all.
        """
        ready, _, _ = select.select([self._wake], [], [], seconds)
        if ready:
            os.read(self._wake, 4096)
        if self.stopping:
            return True
        if self._guard.poll() is not None:
            self._guard = self._start_guard()
            for child in self.children:
                self._tell_guard(f"+{child.process.pid}")
        for child in self.children:
            if (code := child.process.poll()) is None:
                continue
            self._bury(child)
            how = f"被信号 {-code} 终止" if code < 0 else f"退出，代码 {code}"
            if child.died_too_often(time.monotonic()):
                say(f"{child.label}一分钟内第三次{how}，全部停止。请查看上面的错误信息。")
                return False
            say(f"{child.label}{how}，正在重新启动。")
            self.start(child)
        return True

    def _bury(self, child: Child) -> None:
        """End what a dead child left running in its group."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.process.pid, signal.SIGKILL)
        self._tell_guard(f"-{child.process.pid}")

    def end(self) -> None:
        """End every child, politely first; returns when none is left, within 10 s."""
        running = [child for child in self.children if child.process.poll() is None]
        for child in running:
            _signal_group(child, signal.SIGTERM)
        deadline = time.monotonic() + END_WITHIN_S
        while running and time.monotonic() < deadline:
            time.sleep(0.05)
            running = [child for child in running if child.process.poll() is None]
        for child in self.children:
            self._bury(child)
            child.process.wait()
        self._guard.stdin.close()
        self._guard.wait()


def _signal_group(child: Child, number: int) -> None:
    # The leader alone: gunicorn and Celery end their own children in good order, `_bury` ends what they forget.
    with contextlib.suppress(ProcessLookupError):
        child.process.send_signal(number)


def say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)
