"""Lint public repositories and show what the rules say of them, against the last summary and the labels.

    python tests/ecosystem/run.py [--checkouts DIR] [--jobs 2] [--only NAME] [--preview] [--sample 10] [--unlabelled]

`repositories.toml` lists the repositories, `summary.json` keeps the counts per rule of the last run by
owner/name@commit, `labels.jsonl` the verdicts that people reached by reading the code, one JSON object a line:
repo ("owner/name"), commit, path, line, code, verdict and reason. A verdict is "true", "false" or "arguable" for
what is reported, "missed" for a defect that was not reported when the label was written. A label stands for
every finding of its code at its line.
"""

import argparse
import json
import random
import statistics
import subprocess
import sys
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dotmac_lint.fleet import run_limited

HERE = Path(__file__).resolve().parent
TIME_LIMIT = 300.0  # seconds
ABSENT = "absent"

Finding = dict[str, Any]  # one object of --output-format json
Place = tuple[str, int]  # path, line
Summary = dict[str, dict[str, Any]]  # by owner/name@commit


@dataclass(frozen=True)
class Repository:
    name: str
    url: str
    commit: str

    @property
    def slug(self) -> str:
        """OWNER/NAME, as labels name it."""
        return "/".join(self.url.rstrip("/").split("/")[-2:])

    @property
    def key(self) -> str:
        """OWNER/NAME@COMMIT: the list may have one repository at several commits."""
        return f"{self.slug}@{self.commit}"


@dataclass(frozen=True)
class Label:
    repo: str
    commit: str
    path: str
    line: int
    code: str
    verdict: str
    reason: str = ""

    @property
    def place(self) -> Place:
        return self.path, self.line


@dataclass(frozen=True)
class Outcome:
    status: str  # "ok", or what went wrong
    findings: tuple[Finding, ...] = ()
    seconds: float = 0.0
    megabytes: float = 0.0  # peak resident memory


@dataclass
class Score:
    """How one rule did where somebody has read the code. Arguable findings count on neither side."""

    true: int = 0
    false: int = 0
    arguable: int = 0
    unlabelled: int = 0
    known: int = 0  # defects that labels know of
    found: int = 0  # those of them that are reported
    problems: list[str] = field(default_factory=list)  # findings labelled false, and defects not reported


def read_repositories(path: Path) -> list[Repository]:
    return [Repository(**entry) for entry in tomllib.loads(path.read_text("utf-8"))["repository"]]


def clone(repository: Repository, directory: Path, source: str | None) -> Path:
    """The pinned commit in a folder of `directory`, fetched alone when it is not there yet."""
    target = directory / repository.name
    git = ["git", "-C", str(target)]
    head = subprocess.run([*git, "rev-parse", "HEAD"], capture_output=True, text=True, check=False).stdout
    if head.strip() != repository.commit:
        owner, name = repository.slug.split("/")
        url = source.format(owner=owner, name=name) if source else repository.url
        target.mkdir(parents=True, exist_ok=True)
        for arguments in (
            ["init", "-q"],
            ["fetch", "-q", "--depth", "1", url, repository.commit],
            ["-c", "advice.detachedHead=false", "checkout", "-q", "-f", "FETCH_HEAD"],
        ):
            subprocess.run([*git, *arguments], check=True)
    return target


def lint(command: Sequence[str], checkout: Path, limit: float = TIME_LIMIT) -> Outcome:
    """Run the linter in `checkout`; killed with its children after `limit` seconds."""
    arguments = [*command, "--output-format", "json", "--isolated", "--no-cache", "--exit-zero", "."]
    ended = run_limited(arguments, checkout, limit)
    costs = (ended.seconds, ended.megabytes)
    if ended.returncode is None:
        return Outcome(f"longer than {limit:.0f} s", (), *costs)
    outcome = "ok" if ended.returncode == 0 else f"exit status {ended.returncode}"
    if ended.returncode and ended.errors:
        outcome += f": {ended.errors.splitlines()[-1][:200]}"
    try:
        findings = tuple(json.loads(ended.output))
    except ValueError:
        return Outcome("no JSON" if ended.returncode == 0 else outcome, (), *costs)
    return Outcome(outcome, findings, *costs)


def summarise(outcome: Outcome) -> dict[str, Any]:
    rules = Counter(finding["code"] for finding in outcome.findings)
    status = outcome.status.split(":")[0]  # what follows may quote the repository
    return {"status": status, "rules": dict(sorted(rules.items()))}


def read_summary(path: Path) -> Summary:
    return json.loads(path.read_text("utf-8")) if path.exists() else {}


def write_summary(path: Path, summary: Summary) -> None:
    """One repository a line, so that a difference of two versions shows the repositories that changed."""
    lines = (f"{json.dumps(key)}: {json.dumps(summary[key])}" for key in sorted(summary, key=str.casefold))
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")


def changes(before: Mapping[str, int], after: Mapping[str, int]) -> str:
    return ", ".join(
        f"{code} {before.get(code, 0)} -> {after.get(code, 0)}"
        for code in sorted({*before, *after})
        if before.get(code, 0) != after.get(code, 0)
    )


def differences(before: Summary, after: Summary) -> list[str]:
    """What changed in each repository, then the sums of each rule over the repositories that were there before."""
    lines = []
    sums: tuple[Counter[str], Counter[str]] = Counter(), Counter()
    for key, now in after.items():
        then = before.get(key, {"status": "new", "rules": {}})
        status = "" if then["status"] == now["status"] else f"{then['status']} -> {now['status']}"
        if told := ", ".join(filter(None, (status, changes(then["rules"], now["rules"])))):
            lines.append(f"{key}: {told}")
        if key in before:
            sums[0].update(then["rules"])
            sums[1].update(now["rules"])
    if told := changes(*sums):
        lines.append(f"together: {told}")
    return lines


def read_labels(path: Path) -> list[Label]:
    if not path.exists():
        return []
    labels = [Label(**json.loads(line)) for line in path.read_text("utf-8").splitlines() if line.strip()]
    for label in labels:
        if label.verdict not in {"true", "false", "arguable", "missed"}:
            raise SystemExit(
                f"{path.name}: {label.path}:{label.line} has the unknown verdict {label.verdict!r}."
            )
    return labels


def places(finding: Finding) -> list[Place]:
    """Where a label may point to mean this finding: its own place first, then those of its related labels."""
    return [(place["path"], place["line"]) for place in (finding, *finding["related"])]


def evaluate(outcomes: Iterable[tuple[Repository, Outcome]], labels: Sequence[Label]) -> dict[str, Score]:
    """Scores by code, over the repositories that have labels at their pinned commit."""
    scores: dict[str, Score] = defaultdict(Score)
    by_repository: dict[tuple[str, str], list[Label]] = defaultdict(list)
    for label in labels:
        by_repository[label.repo, label.commit].append(label)
    for repository, outcome in outcomes:
        mine = by_repository.get((repository.slug, repository.commit), [])
        if not mine or outcome.status != "ok":
            continue
        verdicts = {(label.code, label.place): label.verdict for label in mine}
        reported: set[tuple[str, Place]] = set()
        for finding in outcome.findings:
            code, at = finding["code"], places(finding)
            reported.update((code, place) for place in at)
            verdict = next((verdicts[code, place] for place in at if (code, place) in verdicts), "unlabelled")
            attribute = "true" if verdict == "missed" else verdict
            setattr(scores[code], attribute, getattr(scores[code], attribute) + 1)
            if verdict == "false":
                scores[code].problems.append(f"false: {where(repository, finding['path'], finding['line'])}")
        for label in mine:
            if label.verdict in {"true", "missed"}:
                found = (label.code, label.place) in reported
                scores[label.code].known += 1
                scores[label.code].found += found
                if not found:
                    scores[label.code].problems.append(f"missed: {where(repository, label.path, label.line)}")
    return dict(sorted(scores.items()))


def where(repository: Repository, path: str, line: int) -> str:
    return f"{repository.name}: {path}:{line}"


def unlabelled(repository: Repository, outcome: Outcome, labels: Sequence[Label]) -> Iterable[str]:
    """Lines to complete and add to the labels, each after the message that it judges."""
    known = {(x.repo, x.commit, x.code, x.place) for x in labels}
    for finding in outcome.findings:
        if not any(
            (repository.slug, repository.commit, finding["code"], at) in known for at in places(finding)
        ):
            judged = {"path": finding["path"], "line": finding["line"], "code": finding["code"]}
            yield f"# {finding['message']}"
            yield json.dumps(
                {"repo": repository.slug, "commit": repository.commit, **judged, "verdict": "", "reason": ""}
            )


def describe(repository: Repository, finding: Finding) -> str:
    """All that a reader of the report gets, and nothing of the code."""
    lines = [f"{where(repository, finding['path'], finding['line'])}: {finding['code']} {finding['message']}"]
    lines += [f"    {x['path']}:{x['line']}: {x['message']}" for x in finding["related"]]
    return "\n".join([*lines, *([f"    help: {finding['help']}"] if finding["help"] else [])])


def print_costs(results: Sequence[tuple[Repository, Outcome]]) -> None:
    counts = [len(outcome.findings) for _, outcome in results if outcome.status == "ok"]
    reported = [count for count in counts if count]
    print(
        f"\n{len(results)} repositories, {sum(counts)} findings; median {statistics.median(counts or [0]):g},"
        f" {statistics.median(reported or [0]):g} where there is one"
    )
    slowest = sorted(results, key=lambda x: -x[1].seconds)[:3]
    largest = sorted(results, key=lambda x: -x[1].megabytes)[:3]
    print("slowest:", ", ".join(f"{x.name} {outcome.seconds:.1f} s" for x, outcome in slowest))
    print("largest:", ", ".join(f"{x.name} {outcome.megabytes:.0f} MB" for x, outcome in largest))


def share(part: int, whole: int) -> str:
    return f"{100 * part / whole:5.1f} %" if whole else "      -"


def print_scores(scores: dict[str, Score]) -> None:
    print("\nrule   precision   recall   true false arguable unlabelled   found/known")
    total = Score()
    for score in scores.values():
        for name in ("true", "false", "arguable", "unlabelled", "known", "found"):
            setattr(total, name, getattr(total, name) + getattr(score, name))
    for code, x in [*scores.items(), ("all", total)]:
        precision, recall = share(x.true, x.true + x.false), share(x.found, x.known)
        print(
            f"{code:6} {precision:>9} {recall:>8} {x.true:6} {x.false:5} {x.arguable:8} {x.unlabelled:10}"
            f" {x.found:7}/{x.known}"
        )
    for code, score in scores.items():
        for problem in score.problems:
            print(f"{code} {problem}")


def options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Lint public repositories and compare with what is known of them."
    )
    parser.add_argument(
        "--checkouts",
        type=Path,
        help="folder of checkouts by name; nothing is cloned, what is absent is told",
    )
    parser.add_argument("--clones", type=Path, default=Path.home() / ".cache" / "dotmac-lint-ecosystem")
    parser.add_argument("--from", dest="source", help="clone from here, as in '/mirror/{owner}+{name}'")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", action="append", default=[], help="name of a repository; may be repeated")
    parser.add_argument("--command", default=str(Path(sys.executable).with_name("dotmac-lint")))
    parser.add_argument("--list", type=Path, default=HERE / "repositories.toml")
    parser.add_argument("--labels", type=Path, default=HERE / "labels.jsonl")
    parser.add_argument("--summary", type=Path, default=HERE / "summary.json")
    parser.add_argument(
        "--preview", action="store_true", help="with the rules in preview; no summary is kept"
    )
    parser.add_argument("--keep", action="store_true", help="leave the last summary as it is")
    parser.add_argument(
        "--findings", type=Path, help="write the findings of each repository into this folder"
    )
    parser.add_argument("--sample", type=int, default=0, help="show so many findings, picked at random")
    parser.add_argument("--seed", type=int, help="pick the same sample again")
    parser.add_argument(
        "--unlabelled", action="store_true", help="print findings without a label, to be labelled"
    )
    return parser.parse_args(arguments)


def lint_all(repositories: Sequence[Repository], opts: argparse.Namespace) -> dict[str, Outcome]:
    """By key; progress is printed as they come."""
    command = [opts.command, *(["--preview"] if opts.preview else [])]

    def visit(repository: Repository) -> Outcome:
        if opts.checkouts:
            checkout = opts.checkouts / repository.name
            return lint(command, checkout) if checkout.is_dir() else Outcome(ABSENT)
        try:
            return lint(command, clone(repository, opts.clones, opts.source))
        except subprocess.CalledProcessError as error:
            return Outcome(f"{ABSENT}: git exits with status {error.returncode}")

    outcomes: dict[str, Outcome] = {}
    with ThreadPoolExecutor(opts.jobs) as pool:
        futures = {pool.submit(visit, repository): repository for repository in repositories}
        for future in as_completed(futures):
            repository, x = futures[future], future.result()
            outcomes[repository.key] = x
            print(
                f"[{len(outcomes):2}/{len(repositories)}] {repository.name:36} {x.seconds:6.1f} s {x.megabytes:6.0f} MB"
                f" {len(x.findings):5} findings{'' if x.status == 'ok' else '  ' + x.status}",
                flush=True,
            )
    return outcomes


def main(arguments: Sequence[str] | None = None) -> int:
    opts = options(arguments)
    listed = read_repositories(opts.list)
    repositories = [x for x in listed if not opts.only or x.name in opts.only]
    if strangers := set(opts.only) - {x.name for x in listed}:
        raise SystemExit(f"Not in {opts.list.name}: {', '.join(sorted(strangers))}.")
    labels = read_labels(opts.labels)
    outcomes = lint_all(repositories, opts)
    absent = [x.name for x in repositories if outcomes[x.key].status.startswith(ABSENT)]
    results = [(x, outcomes[x.key]) for x in repositories if x.name not in absent]
    if not results:
        raise SystemExit("No repository of the list is there.")

    before, after = read_summary(opts.summary), {x.key: summarise(outcome) for x, outcome in results}
    print("\nsince the last summary:")
    print("\n".join(differences(before, after)) or "no difference")
    if not (opts.keep or opts.preview):
        write_summary(opts.summary, {x.key: before[x.key] for x in listed if x.key in before} | after)
    if opts.findings:
        opts.findings.mkdir(parents=True, exist_ok=True)
        for repository, outcome in results:
            (opts.findings / f"{repository.name}.json").write_text(
                json.dumps(outcome.findings, indent=1), "utf-8"
            )
    if opts.unlabelled:
        for repository, outcome in results:
            print(*unlabelled(repository, outcome, labels), sep="\n")
    found = [(repository, finding) for repository, outcome in results for finding in outcome.findings]
    for repository, finding in random.Random(opts.seed).sample(found, min(opts.sample, len(found))):
        print(f"\n{describe(repository, finding)}")

    print_scores(evaluate(results, labels))
    print_costs(results)
    failed = [x.name for x, outcome in results if outcome.status != "ok"]
    print(f"failed: {', '.join(failed) or 'none'}\nabsent: {', '.join(absent) or 'none'}")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
