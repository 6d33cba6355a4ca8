"""How many small faults the tests of an area find: each is put in, and the area's tests have to fail.

python bench/mutants.py AREA [--sample 80] [--seed 13] [--minutes 10]
python bench/mutants.py AREA --again OUTPUT     only what an earlier run's output says is alive

Faults inside functions: a comparison turned or moved by one, and/or, a lost not, a condition forced, arithmetic
turned, a number or a truth value changed, None returned, a statement left out (of those without which the rest still
runs). Text is left alone.

The tests run once; then each fault is tried in a fork, by its code object, on the tests that call its function. What is
alive a person judges: it may change nothing, or matter only on PostgreSQL or while modules are imported. Needs os.fork.
"""

from __future__ import annotations

import argparse
import ast
import copy
import functools
import gc
import mmap
import os
import random
import re
import signal
import sys
import time
import types
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

HOME = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(HOME))

# area → (sources, its tests)
AREAS = {
    "rules": ("priorities/rules", "tests/priorities/rules"),
    "text": (
        "governance/basics/text.py governance/basics/refs.py",
        "tests/governance/basics/test_text.py tests/governance/basics/test_refs.py",
    ),
    "kernel": (
        "governance/kernel governance/basics/roles.py governance/basics/refusal.py governance/basics/clock.py"
        " governance/basics/searching.py",
        "tests/governance/kernel tests/governance/basics",
    ),
    "payers": ("budgets/payers.py", "tests/budgets/test_payers.py tests/budgets/table/test_budget_table.py"),
    "ledger": ("budgets/ledger", "tests/budgets/ledger tests/budgets/actions"),
    "rounds": (
        "governance/signing/rounds.py governance/signing/signers.py",
        "tests/governance/signing tests/priorities/actions/test_approval.py",
    ),
    "optimiser": ("priorities/optimiser", "tests/priorities/optimiser"),
}
OPTIONS = ["-q", "-x", "-p", "no:cacheprovider", "--no-header", "--no-migrations"]
OURS = ("governance", "budgets", "projects", "priorities")

COMPARED = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
TURNED = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.BitXor: ast.BitOr,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
}
FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef


def faults(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """(number of the node in ast.walk, what is done to it)."""
    skipped, inside = set(), set()
    for node in ast.walk(tree):
        for name in ("annotation", "returns"):
            if hint := getattr(node, name, None):
                skipped |= set(map(id, ast.walk(hint)))
        if isinstance(node, ast.JoinedStr):
            skipped |= set(map(id, ast.walk(node)))
        if isinstance(node, FUNCTIONS):
            inside |= {id(part) for line in node.body for part in ast.walk(line)}
    for number, node in enumerate(ast.walk(tree)):
        if id(node) in inside and id(node) not in skipped:
            for what in _of(node):
                yield number, what


def _of(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Compare):
        for at, op in enumerate(node.ops):
            yield from (f"compare {at} {new.__name__}" for new in COMPARED[type(op)])
    elif isinstance(node, ast.BoolOp):
        yield "and/or"
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.USub):
        yield "sign lost"
    elif isinstance(node, ast.BinOp | ast.AugAssign) and type(node.op) in TURNED:
        yield "arithmetic"
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool | int | float):
        yield "constant"
    if isinstance(node, ast.If | ast.IfExp):
        yield from ("if True", "if False")
    if isinstance(node, ast.Return) and node.value and not isinstance(node.value, ast.Constant):
        yield "return None"
    if isinstance(node, ast.Raise | ast.Continue | ast.Break | ast.AugAssign):
        yield "left out"
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        yield "left out"
    if isinstance(node, ast.Assign) and all(isinstance(t, ast.Attribute | ast.Subscript) for t in node.targets):
        yield "left out"


def mutated(tree: ast.Module, number: int, what: str) -> ast.Module:
    """A copy of the tree with one fault."""
    tree = copy.deepcopy(tree)
    node = list(ast.walk(tree))[number]
    match what.split():
        case ["compare", at, name]:
            node.ops[int(at)] = getattr(ast, name)()
        case ["and/or"]:
            node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        case ["arithmetic"]:
            node.op = TURNED[type(node.op)]()
        case ["constant"]:
            node.value = (not node.value) if isinstance(node.value, bool) else node.value + 1
        case ["if", value]:
            node.test = ast.copy_location(ast.Constant(value == "True"), node.test)
        case ["return", "None"]:
            node.value = None
        case ["sign", "lost"]:
            _put(tree, node, node.operand)
        case ["left", "out"]:
            _put(tree, node, ast.copy_location(ast.Pass(), node))
    return tree


def _put(tree: ast.AST, old: ast.AST, new: ast.AST) -> None:
    for parent in ast.walk(tree):
        for name, value in ast.iter_fields(parent):
            if value is old:
                setattr(parent, name, new)
            elif isinstance(value, list) and any(v is old for v in value):
                value[:] = [new if v is old else v for v in value]


class Fault:
    def __init__(self, path: Path, number: int, what: str):
        self.path, self.number, self.what = path, number, what

    @functools.cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.path.read_text(encoding="utf-8"))

    @property
    def code(self) -> types.CodeType:
        return compile(mutated(self.tree, self.number, self.what), str(self.path), "exec")

    @property
    def changed(self) -> set[tuple[str, str, int]]:
        """The innermost functions whose code differs."""
        usual = set(_codes(compile(self.tree, str(self.path), "exec")))
        new = [c for c in _codes(self.code) if c not in usual]
        return {
            (c.co_filename, c.co_qualname, c.co_firstlineno)
            for c in new
            if not any(part in new for part in c.co_consts if isinstance(part, types.CodeType))
        }

    def __str__(self) -> str:
        node = list(ast.walk(self.tree))[self.number]
        words = " ".join(ast.unparse(node).split())[:90]
        return f"{self.path.relative_to(HOME)}:{node.lineno} [{self.number} {self.what}] {words}"


def sampled(area: str, count: int, seed: int) -> tuple[int, list[Fault]]:
    found = []
    for name in AREAS[area][0].split():
        path = HOME / name
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            found += [Fault(file, *fault) for fault in faults(ast.parse(file.read_text(encoding="utf-8")))]
    return len(found), random.Random(seed).sample(found, min(count, len(found)))


def _codes(code: types.CodeType) -> Iterator[types.CodeType]:
    yield code
    for part in code.co_consts:
        if isinstance(part, types.CodeType):
            yield from _codes(part)


def swap(fault: Fault, functions: list[types.FunctionType], caches: list) -> None:
    """Give the live functions of the file the code with the fault. Raises ValueError where their shapes differ."""
    new = {(c.co_qualname, c.co_firstlineno): c for c in _codes(fault.code)}
    for function in functions:
        if function.__code__.co_filename == str(fault.path):
            key = (function.__code__.co_qualname, function.__code__.co_firstlineno)
            function.__code__ = new.get(key, function.__code__)
    for cache in caches:
        cache.cache_clear()


class Warm:
    """Runs the tests once, then once in a fork for each fault."""

    def __init__(self, tried: list[Fault], minutes: float):
        self.tried, self.minutes, self.killed = tried, minutes, 0
        self.killer = mmap.mmap(-1, 4)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session):
        took, touched = {}, defaultdict(set)
        files = {str(fault.path) for fault in self.tried}
        live = gc.get_objects()
        self.functions = [f for f in live if type(f) is types.FunctionType and f.__code__.co_filename in files]
        self.caches = [
            c for c in live if type(c) is functools._lru_cache_wrapper and (c.__module__ or "").startswith(OURS)
        ]
        del live
        first, *others = session.items
        for item, after in zip(session.items, [*others, first], strict=True):
            for cache in self.caches:
                cache.cache_clear()
            called = set()
            sys.setprofile(lambda frame, event, _, called=called: event == "call" and called.add(frame.f_code))
            start = time.monotonic()
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=after)
            sys.setprofile(None)
            for code in called:
                if code.co_filename in files:
                    touched[code.co_filename, code.co_qualname, code.co_firstlineno].add(item)
            took[item] = time.monotonic() - start
            if session.testsfailed:
                raise SystemExit(f"fails without any fault: {item.nodeid}")
        items = [first, *sorted(others, key=took.get)]
        limit = 20 + 4 * sum(sorted(took.values())[:-1])
        print(f"\n{len(items)} tests, {sum(took.values()):.0f} s", flush=True)
        gc.freeze()
        if self._fails(session, items[:9], None, limit):
            raise SystemExit("fails in a fork without any fault")
        end = time.monotonic() + self.minutes * 60
        for number, fault in enumerate(self.tried):
            if time.monotonic() > end:
                del self.tried[number:]
                break
            told = set().union(*(touched[key] for key in fault.changed))
            asked = [first, *(item for item in items[1:] if item in told)]
            killed = told and self._fails(session, asked, fault, limit)
            if killed == "by a test":  # what found one fault is asked early about the next
                items.insert(1, items.pop(max(items.index(asked[int.from_bytes(self.killer[:4])]), 1)))
            self.killed += bool(killed)
            print("." if killed else f"\nalive {fault}\n", end="", flush=True)
        return True

    def _fails(self, session, items, fault: Fault | None, limit: float) -> str:
        if not (child := os.fork()):
            gc.disable()
            os.setsid()
            told, null = os.dup(2), os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, 1)
            os.dup2(null, 2)
            code = 2
            try:
                if fault:
                    swap(fault, self.functions, self.caches)
                code = 0
                for at, (item, after) in enumerate(zip(items, [*items[1:], items[-1]], strict=True)):
                    item.config.hook.pytest_runtest_protocol(item=item, nextitem=after)
                    if session.testsfailed:
                        code = 1
                        self.killer[:4] = at.to_bytes(4)
                        break
            except BaseException as error:
                os.write(told, f"{type(error).__name__}: {error}\n".encode())
                code = code or 3
            os._exit(code)
        end = time.monotonic() + limit
        while time.monotonic() < end:
            pid, status = os.waitpid(child, os.WNOHANG)
            if pid:
                return {0: "", 1: "by a test", 2: ""}.get(os.waitstatus_to_exitcode(status), "it died")
            time.sleep(0.05)
        os.killpg(child, signal.SIGKILL)
        os.waitpid(child, 0)
        return "in time"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("area", choices=AREAS)
    parser.add_argument("--sample", type=int, default=80)
    parser.add_argument("--seed", type=int, default=13)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--again", type=Path, help="only what an earlier run's output says is alive")
    args = parser.parse_args()
    total, tried = sampled(args.area, args.sample, args.seed)
    if args.again:
        found = re.findall(r"^alive (\S+):\d+ \[(\d+) ([^\]]+)\]", args.again.read_text(encoding="utf-8"), re.M)
        tried = [Fault(HOME / path, int(number), what) for path, number, what in found]
    print(f"{args.area}: {len(tried)} of {total} faults", Counter(f.what.split()[0] for f in tried), flush=True)
    warm = Warm(tried, args.minutes)
    pytest.main([*OPTIONS, "-s", *AREAS[args.area][1].split()], plugins=[warm])
    print(f"\n{args.area}: {warm.killed} killed, {len(tried) - warm.killed} alive", flush=True)


if __name__ == "__main__":
    main()
