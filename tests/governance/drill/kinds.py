"""Kinds of jobs that behave well and badly."""

from __future__ import annotations

import hashlib
import os
import signal
import time

from governance import jobs
from governance.basics.refusal import Refused


def good(params, progress):
    for step in range(3):
        progress.step(step, 3, f"第 {step + 1} 步")
        time.sleep(params.get("pause_s", 0) / 3)
    return [jobs.Produced("txt", f"内容 {params.get('n')}".encode(), "好文件.txt", snapshot="s" * 64, engine="drill")]


def content_of(n: int) -> bytes:
    """What quick job n leaves behind, to the byte."""
    return (f"{n}:".encode() + hashlib.sha256(str(n).encode()).digest()) * 2000


def quick(params, progress):
    """Writes what the thousand kills (kills.py) expect, in a few steps."""
    for step in range(3):
        progress.step(step, 3, f"第 {step + 1} 步")
        time.sleep(0.02)
    return [jobs.Produced("txt", content_of(params.get("n", 0)), "快文件.txt", snapshot="s" * 64, engine="drill")]


def greedy(params, progress):
    return [jobs.Produced("txt", b"x" * (3 * 1024**3), "大.txt")]


def suicidal(params, progress):
    progress.step(1, 2, "快了")
    os.kill(os.getpid(), signal.SIGKILL)


def refusing(params, progress):
    raise Refused("缺少 2007 年的收入数，请财政局补填（9.6.1）。")


def broken(params, progress):
    raise RuntimeError("/secret/path")


def endless(params, progress):
    progress.step(1, 10, "排版第 1 页")
    time.sleep(60)


def kind(key, run, **more):
    return jobs.JobKind(
        key, f"演练 {key}", run, lambda actor, params: True, lambda actor, document: True, is_report=False, **more
    )


ALL = [
    kind("good", good),
    kind("quick", quick),
    kind("greedy", greedy, memory_mib=700),
    kind("suicidal", suicidal),
    kind("refusing", refusing),
    kind("broken", broken),
    kind("endless", endless, wall_s=2),
]
