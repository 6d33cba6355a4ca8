"""The overlap radar: a query over 100,000 titles against the bare sparse product, and how well it finds paraphrases.

python bench/overlap.py      prints the times of the bare product and of the whole query (one way of writing, product,
                             best ten) and their ratio (target: at most 3), what a later row costs, and the rates of
                             tests/priorities/overlap_pairs.py over the plan's 27 rows and 59 tasks
"""

from __future__ import annotations

import json
import random
import statistics
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402
from scipy import sparse  # noqa: E402

from priorities.radar.index import Index, vector  # noqa: E402
from priorities.radar.words import normalise, unit_pattern  # noqa: E402
from tests.priorities.overlap_pairs import DECOYS, FIRST, SECOND, THIRD  # noqa: E402

TITLES = 100_000


def fixture(name: str) -> list[dict]:
    return json.loads((ROOT / "fixtures" / f"{name}.json").read_text(encoding="utf-8"))


def made(number: int, seed: int = 7) -> list[str]:
    """Titles put together from the words of the plan and of everyday ones: a place, a subject, two words, a noun."""
    rng = random.Random(seed)
    words = sorted({r["name"][i : i + 4] for r in fixture("plan_items") for i in range(0, len(r["name"]) - 3, 2)})
    words += sorted({t["text"][i : i + 3] for t in fixture("plan_tasks") for i in range(0, len(t["text"]) - 2, 3)})
    subjects = [d[:6] for d in DECOYS] + [w for _, t, _ in FIRST + SECOND for w in (t[:5], t[5:10]) if len(w) > 2]
    places = ["云岩区", "南明区", "花溪区", "乌当区", "白云区", "清镇市", "开阳县", "修文县", "息烽县", "市"]
    return [
        f"{rng.choice(places)}{rng.choice(subjects)}{rng.choice(words)}{rng.choice(words)}"
        f"{rng.choice(('系统', '平台', '工程'))}"
        for _ in range(number)
    ]


def median_ms(run, queries: list, rounds: int = 3) -> float:
    times = []
    for _ in range(rounds):
        for query in queries:
            start = time.perf_counter()
            run(query)
            times.append((time.perf_counter() - start) * 1e3)
    return statistics.median(times)


def speed() -> None:
    names = [a["as_named"] for o in fixture("organisations") for a in o["aliases"]]
    units = unit_pattern(names)
    titles = made(TITLES)
    start = time.perf_counter()
    plain = [(normalise(t, units).plain, "") for t in titles]
    middle = time.perf_counter()
    index = Index()
    index.build(plain)
    print(
        f"{TITLES:,} titles: one way of writing {middle - start:.2f} s, index {time.perf_counter() - middle:.2f} s, "
        f"{index.titles.parts[0].matrix.nnz:,} weights"
    )
    part = index.titles.parts[0]
    product = part.matrix  # terms × titles, CSR: the bare product is 1 × terms by terms × titles
    queries = [t for _, t, _ in FIRST]

    def ready(title: str):
        codes, weights = vector(normalise(title, units).plain, index.titles.idf)
        at = np.searchsorted(part.terms, codes)
        at[at == len(part.terms)] = 0
        hit = part.terms[at] == codes
        return sparse.csr_matrix((weights[hit], (np.zeros(hit.sum(), dtype=int), at[hit])), shape=(1, len(part.terms)))

    vectors = [ready(q) for q in queries]
    for v, q in zip(vectors, queries, strict=True):  # warm
        v @ product
        index.nearest(normalise(q, units).plain, "", 10)
    bare = median_ms(lambda v: v @ product, vectors)
    whole = median_ms(lambda q: index.nearest(normalise(q, units).plain, "", 10), queries)
    print(f"bare product {bare:.2f} ms, query {whole:.2f} ms, ratio {whole / bare:.2f} (target <= 3)")
    start = time.perf_counter()
    index.add([(normalise("突发事件预警广播", units).plain, "")])
    print(
        f"one later row: {(time.perf_counter() - start) * 1e3:.2f} ms; found first: "
        f"{index.nearest(normalise('预警广播(突发事件)', units).plain, '', 1)[0][0] == TITLES}"
    )


def main() -> None:
    speed()
    quality()


def quality() -> None:
    """First place over the plan alone, by the command's own search on a database of its own."""
    import os
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {
            "GUIYANG_DATA": folder,
            "GUIYANG_MODE": "embedded",
            "GUIYANG_TODAY": "2007-08-20",
            "DJANGO_SETTINGS_MODULE": "guiyang_egov.settings",
        }
        os.environ.pop("DATABASE_URL", None)
        import io

        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        call_command("load_plan", stdout=io.StringIO())
        from priorities.radar import overlap

        for name, pairs in (("first", FIRST), ("second", SECOND), ("third", THIRD)):
            best = [overlap.search(title, content, top=1).hits for _, title, content in pairs]
            right = [h[0].score for h, (code, *_) in zip(best, pairs, strict=True) if h and h[0].code == code]
            print(
                f"{name} pairs: {len(right)} of {len(pairs)} in first place, scores {min(right):.2f}–{max(right):.2f}"
            )
        alike = [h[0].score for title in DECOYS if (h := overlap.search(title, top=1).hits)]
        shown = sum(score >= overlap.SUGGEST for score in alike)
        print(f"decoys: {shown} of {len(DECOYS)} suggested (from {overlap.SUGGEST}), highest score {max(alike):.2f}")


if __name__ == "__main__":
    main()
