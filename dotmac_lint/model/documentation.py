"""What documents, scripts, Makefiles and workflows call that the repository does not have.

Changelogs, history and vendored text say nothing of the present; what a document tells to create first may be
missing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from posixpath import basename, commonprefix, dirname, join
from typing import TYPE_CHECKING, Literal

import msgspec

from dotmac_lint.facts import fact
from dotmac_lint.lazy import regex
from dotmac_lint.model.command_lines import (
    DEFAULT_FILES,
    CommandLine,
    FileWord,
    find_command_lines,
    overlays_others,
)
from dotmac_lint.model.deployments import SERVICES
from dotmac_lint.model.followed import is_followed
from dotmac_lint.model.made_elsewhere import (
    DOCUMENT,
    is_cloned,
    is_fetched,
    is_put_by_playbook,
    is_written,
    may_be_written,
)
from dotmac_lint.model.network import is_commented, own_names
from dotmac_lint.model.similar import shared_ending
from dotmac_lint.phrases import listed
from dotmac_lint.source import Span, line_start, lines_above
from dotmac_lint.workspace import VENDORED, normalise, without_dots

if TYPE_CHECKING:
    from dotmac_lint.model.compose import Project
    from dotmac_lint.model.deployment import Repository
    from dotmac_lint.readers.markdown import Heading
    from dotmac_lint.workspace import Workspace

ELSEWHERE = regex(
    r"(^|[/_.-])(change-?log|changes|history|news|releases?|release-?notes|archiv(e[ds]?)?|归档|存档|old|legacy|deprecated|adrs?|rfcs?"
    rf"|{VENDORED}|fixtures?|testdata|templates?|cookiecutters?|blog|migrat(ion|ing)[\w-]*"
    r"|upgrad(e|ing)[\w-]*|examples?|(task)?plans?|planning|proposals?|roadmap|drafts?|specs?|prompts?|\.claude|\.cursor|bmad|stories|milestones?|backlog|pro|enterprise"
    r"|on-?prem(ises)?|disabled|(run|work|dev|session|build|deploy(ment)?)[_-]?logs?|reports?|отч[её]т|informe|relat[oó]rio|handoffs?|\.(ai|agents?|codex|gemini|kiro|windsurf|roo|opencode))([/_.-]|$)"
    r"|(^|[/_-])20\d\d[_-]?[01]\d[_-]?[0-3]\d([_.-]|$)|^\.[\w-]+/(.*/)?skills/|(^|/)_(build|sources|site)/|(^|/)docs?/(.*/)?analys[ei]s/",
    re.I,
)
_CREATES = regex(
    r"\b(create|creating|copy|cp|scp|rsync|install|mv|ln|rename|save|add|new|write|download|curl|wget|touch|nano|vim?|tee|clone"
    r"|out-file|set-content|generat(?:e[sd]?|ing)|copi(?:ar|e|er|ez|a)|kopier\w*|crear|crea|criar|crie|créer|créez)\b"
    r"|复制|拷贝|创建|新建|重命名|複製|新規作成|복사|생성|скопир|созда"
    r"|>|\+\+\+|title=",
    re.I,
)
_OF_ONES_OWN = regex(
    r"\b(create|write|make|use)\b[^.]{0,40}\byour own\b[^.]{0,40}\bcompose\b"
    r"|\bcreate an? \W?[\w.-]*compose[\w.-]*\.ya?ml\b",
    re.I,
)
"""What a sentence says of a file that the reader is to make."""
_CONDITIONAL = regex(
    r"\b(if (you(?! want)|using|enabled|needed|necessary)|optional(ly)?|e\.g\.|git clone(?! <))\b", re.I
)
_NOT_YET = regex(
    r"\bto be (implemented|done|added|written)\b|\bnot (yet )?implemented\b|\bout of scope\b|\bfollow-?ups?\b"
    r"|\bfuture\b|\bplanned\b|\bcoming soon\b|\btodo\b|\broadmap\b",
    re.I,
)
"""What a heading says of things that are not there."""
_PAST = regex(
    r"\b(retired|obsolete|superseded|outdated|decommissioned|archived|deprecated|historical)\b"
    r"|\bno longer (maintained|valid|current|in use)\b|\bkept for (reference|history)\b",
    re.I,
)
"""What a document says of itself, where it tells of former times."""
_FORMERLY = regex(
    r"\b(previously|formerly|used to|in the past|früher|auparavant|anteriormente|antigamente)\b"
    r"|раньше|ранее|과거|예전|이전에는|以前|过去|過去|かつて",
    re.I,
)
"""How a sentence begins that tells what was done before it became another way."""
_DAY = regex(
    r"\W{0,4}(20\d\d[-/.][01]?\d[-/.][0-3]?\d|[0-3]?\d[./][01]?\d[./]20\d\d|v?\d+\.\d+[\w.]{0,20}\W{1,5}20\d\d-\d\d-\d\d)\b"
)
"""How the headings of a journal begin, and those of versions that tell when they were made."""
_FIRST_LINES = 12
_LONGEST_SENTENCE = 800
"""Characters before a command in which the sentence above it stands."""
_UNPACKED = regex(
    r"\b(extracted|unpacked|unzipped|untarred)\b[^\n]{0,20}\b(folder|directory|archive|tarball|release)\b",
    re.I,
)
"""Where the commands run that follow: in what was downloaded."""
_ADOC_HEADING = regex(r"(?m)^={2,6} .*$")
_FENCE = regex(r"^[ \t>]*```", re.MULTILINE)
_SISTER = regex(
    r"\bin the \W{0,3}(docs|documentation|website|infra\w*|deploy\w*|gitops|config\w*|frontend|backend)\W{0,3} repo",
    re.I,
)
"""Where the command of a sentence runs: in another repository of the same people."""
_NEAR = 8
"""Lines before a command in which the document says so."""
CLONE = regex(
    r"\bgit clone (?:(?:-[bcjo]|--(?:branch|config|depth|jobs|origin)) \S+ |-\S+ )*"
    r"[^\s`-]\S*/([\w.-]+?)(?:\.git)?/?(?=[\s`]|$)"
    r"(?:[ \t]+-\S+)*(?:[ \t]+([\w.][\w./-]*))?"
)
"""The name of the repository, and the folder that it is cloned into where one is named."""
_ENTERS = regex(r"^[ \t>$]*cd[ \t]+([^\s;&|`]+?)/?(?=[\s;&|`]|$)", re.MULTILINE)
_BELOW = regex(r"\w[\w.-]*(?:/\w[\w.-]*)*")
_WORKFLOW = regex(r"(^|/)\.github/workflows/|(^|/)\.gitlab-ci\.yml$")
_FRAGMENT = regex(r"(^|/)([Mm]akefile\.[^/]+|[^/]+\.mk)$")
"""What makefiles of other folders include."""
_TEST_CODE = regex(
    r"(^|/)(tests?|__tests__)/|(^|/)(test_[^/]*|[^/]*_test|conftest)\.\w+$|\.(test|spec)\.[cm]?[jt]sx?$"
)
"""Code whose commands may be what is expected of other code."""
_PRINTS = regex(r"\s*[@-]*(echo|print\w*|Write-Host|log\w*|info|warn\w*|die|fail)\b")
_MAY_FAIL = regex(r"[^\n]*\|\|[ \t]*(?:true\b|:[\s;]|:$)", re.MULTILINE)
"""`|| true`: a service that is not there is as good as one that is gone."""
_PLACEHOLDERS = regex(
    r".*\.ya?ml.*|(?-i:[a-z][\w-]*[a-z-][XN])|(my|your|some)?[-_]?(services?|containers?|images?|app)([-_]?names?)?([-_]?here)?|foo|bar|name"
    r"|name[-_]of[-_].*|(.*[-_.])?x{3,}([-_.].*)?",
    re.I,
)


_OWN = regex(r"override|\b(my|your|custom|some|example)[-_.]", re.I)
"""Names of files that everybody makes for himself."""
_EXAMPLE = regex(r"example|sample|template|dist", re.I)
_SAYS = regex(r"[ \t]*(\w+)[ \t]+[\"']")
"""What may call a function that prints a text: `ok "The stack is up"`."""
_TO_BE_FILLED = regex(r"^[a-z]\.ya?ml$|(^|[._-])([A-Z]{2,}|x{3,})([._-]|$)")
_LOCAL = regex(r"\blocal\b", re.I)
"""The same, unless a script of the repository calls it and does not look whether it is there."""
_WORDS = regex(
    r"[a-z]|again|after|also|an|and|any|are|as|at|be|before|but|by|can|commands?|down|environment|failed|do|does|files?|first|for"
    r"|from|has|if|in|instead|is|it|its|manually|must|not|of|on|only|or|output|result|should|so|stack|that|the|then"
    r"|there|this|to|until|up|using|via|was|when|which|will|with|without|would|you|your"
    r"|avec|com|con|dans|dann|depois|et|luego|mit|oder|para|per|poi|pour|puis|sur|und|zum",
    re.I,
)
"""Words that follow a command's name where a sentence names it: English ones, a few of others, and of one letter."""


class Missing(msgspec.Struct, frozen=True):
    """Something that a text calls and that is not there."""

    what: Literal["file", "env file", "folder", "script", "service"]
    name: str
    places: tuple[Span, ...]
    """Everywhere in that text, in order."""
    near: str | None
    """What may have been meant, as it would be written there."""
    files: tuple[str, ...] = ()
    """For a service, the Compose files that do not define it."""
    defined: Span | None = None
    """For a service, where another Compose file defines it."""
    aside: bool = False
    """In a comment, or in a document that no reader is sent to."""

    @property
    def cause(self) -> tuple[object, ...]:
        """What one text calls in vain and is one fault: services of the same files, scripts, env files of a folder."""
        where = (self.places[0].path, self.what)
        if self.what == "env file":
            return (*where, dirname(self.name))
        return (*where, self.files) if self.what in ("service", "script", "file") else (*where, self)

    @property
    def lack(self) -> str:
        """What a sentence says of it, behind "that" or "which"."""
        if self.what != "service":
            return "does not exist"
        if len(self.files) > 2:
            return f"none of the {len(self.files)} Compose files defines"
        verb = "does" if len(self.files) == 1 else "do"
        return f"{listed([f'`{file}`' for file in self.files])} {verb} not define"

    @property
    def slip(self) -> tuple[str, str | None, tuple[Span, ...]]:
        return self.name, self.near, self.places


def missing_references(repository: Repository) -> Iterator[Missing]:
    """What is called in each text and does not exist, once a text and name, and where it is sought."""
    workspace = repository.workspace
    grouped: dict[tuple[object, ...], Missing] = {}
    lines = find_command_lines(workspace)
    choices: dict[Span, list[CommandLine]] = {}
    for line in lines:
        choices.setdefault(line.span, []).append(line)
    for line in lines:
        if len(choices[line.span]) > 1 and _asks_which(workspace, choices[line.span]):
            continue
        if line.kind == "comment" and _WORKFLOW.search(line.span.path):
            continue  # a step that is switched off
        if line.kind == "code" and _TEST_CODE.search(line.span.path):
            continue
        if line.kind == "comment" and is_fetched(workspace, line.span.path):
            continue  # of those who made it, for their repository
        if _FRAGMENT.search(line.span.path) and _enters_above(workspace, line.span.path):
            continue  # above the folder of whoever includes it
        if is_of_other_times(workspace, line.span.path) or not is_meant(
            workspace, line.span, in_document=line.kind == "document"
        ):
            continue
        for found in (*_files(workspace, line), *_in_none(repository, line, choices[line.span])):
            if _enters_another_repository(workspace, line):
                break
            aside = line.kind == "comment" or not is_followed(workspace, line.span.path)
            key = (line.span.path, found.what, found.name, found.files)
            earlier = grouped.setdefault(key, msgspec.structs.replace(found, aside=aside))
            new = tuple(place for place in found.places if place not in earlier.places)
            both = aside and earlier.aside
            grouped[key] = msgspec.structs.replace(earlier, places=(*earlier.places, *new), aside=both)
    yield from grouped.values()
    yield from _copied_examples(workspace)


@fact(bool)
def _enters_above(workspace: Workspace, path: str) -> bool:
    return re.search(rb"\bcd[ \t]+\.\./", workspace.bytes(path) or b"") is not None


def is_of_other_times(workspace: Workspace, path: str) -> bool:
    """Whether the text tells of what was, or of what is elsewhere: by its name, its title, or a note below that."""
    return (
        bool(ELSEWHERE.search(path))
        or (path.lower().endswith(".md") and _says_so(workspace, path))
        or (_WORKFLOW.search(path) is not None and _is_called_by_others(workspace, path))
    )


_CALLED = regex(rb"(?m)^[ \t]+workflow_call:|^on:[ \t]*\[?[ \t]*workflow_call\b")
_STARTED_HERE = regex(
    rb"(?m)^[ \t]+(?:push|pull_request(?:_target)?|schedule|workflow_dispatch|workflow_run|release|merge_group):"
)


def _is_called_by_others(workspace: Workspace, path: str) -> bool:
    """Whether a workflow is only called, and by none that is here: it runs in the repositories of those who call it."""
    if not _is_only_called(workspace, path):
        return False
    name = f"./.github/workflows/{basename(path)}".encode()
    others = (other for other in workspace.under(".github/workflows") if other != path)
    return not any(name in (workspace.bytes(other) or b"") for other in others)


@fact(bool)
def _is_only_called(workspace: Workspace, path: str) -> bool:
    data = workspace.bytes(path) or b""
    return _CALLED.search(data) is not None and _STARTED_HERE.search(data) is None


@fact(bool)
def _says_so(workspace: Workspace, path: str) -> bool:
    data = workspace.bytes(path) or b""
    lines = data[:4000].decode("utf-8", "replace").splitlines()[:_FIRST_LINES]
    title = next((line for line in lines if line.startswith("# ")), "")
    note = next((line for line in lines if line.startswith(">")), "")
    return any(_PAST.search(line) for line in (title, note))


def _asks_which(workspace: Workspace, choices: list[CommandLine]) -> bool:
    """Whether the text looks which of several files is there: `if [ -f a.yml ]; then FILE=a.yml; else FILE=b.yml`."""
    source = workspace.source(choices[0].span.path)
    names = "|".join({re.escape(word.text) for line in choices for word in line.files if word.text})
    return source is not None and bool(
        names and re.search(rf"-[ef]\s+[\"']?({names})[\"']?\s+\]", source.text)
    )


def is_meant(workspace: Workspace, place: Span, *, in_document: bool) -> bool:
    """Whether the command is for this repository and now: neither printed, nor a condition or a clone before it."""
    source = workspace.source(place.path)
    if source is None:
        return False
    text = source.text
    begin = line_start(text, place.start)
    if not in_document:
        return not (
            is_printed(workspace, place)
            or _is_cloned(workspace, place.path, text[:begin])
            or _is_checked_out_instead(workspace, place.path, text[:begin])
        )
    before = lines_above(text, begin, 2)
    above = [heading.text for heading in _headings(workspace, place)[-1:]]
    if any(_CONDITIONAL.search(other) for other in (*above, *before, text[begin : place.start])):
        return False
    if _FORMERLY.search(text, begin, place.start):
        return False
    if any(map(_OF_ONES_OWN.search, (*before, sentence_above(text[:begin])))):
        return False
    if any(_DAY.match(heading.text) for heading in _headings(workspace, place)):
        return False
    return not (is_not_yet(workspace, place) or is_for_others(workspace, place))


def sentence_above(text: str) -> str:
    """The last line of a text, without the block of code that it ends in."""
    fences = [*_FENCE.finditer(text)]
    if len(fences) % 2:
        text = text[: fences[-1].start()]
    lines = (line for line in reversed(text[-_LONGEST_SENTENCE:].splitlines()) if line.strip(" \t-`~"))
    return next((line for line in lines if not line.startswith("[source")), "")


def _headings(workspace: Workspace, place: Span) -> list[Heading]:
    """The headings under which the place stands in a document in Markdown, the outermost first."""
    document = workspace.markdown(place.path) if place.path.lower().endswith(".md") else None
    found: list[Heading] = []
    for heading in document.headings if document is not None else ():
        if heading.range.start < place.start:
            found = [*(other for other in found if other.level < heading.level), heading]
    return found


def is_not_yet(workspace: Workspace, place: Span) -> bool:
    """Whether the document says of the section, or in bold above the block of code, that it tells of times to come."""
    source = workspace.source(place.path)
    begin = line_start(source.text, place.start) if source is not None else 0
    above = lines_above(source.text, begin, 3) if source is not None else []
    labels = [line for line in above if re.fullmatch(r"\s*\*\*.*\*\*:?\s*", line)]
    return any(map(_NOT_YET.search, (*labels, *(heading.text for heading in _headings(workspace, place)))))


def is_announced(text: str, name: str) -> bool:
    """Whether a paragraph that names it says that it is yet to be written."""
    return any(
        _NOT_YET.search(text, max(0, text.rfind("\n\n", 0, place.start())), _paragraph_end(text, place.end()))
        for place in re.finditer(rf"`[^`\n]*{re.escape(name)}[^`\n]*`", text)
    )


def _paragraph_end(text: str, start: int) -> int:
    end = text.find("\n\n", start)
    return len(text) if end < 0 else end


def is_printed(workspace: Workspace, place: Span) -> bool:
    """Whether a command is only shown to whoever runs the script: `echo "Now run: docker compose up"`."""
    source = workspace.source(place.path)
    if source is None:
        return False
    begin = line_start(source.text, place.start)
    if _PRINTS.match(source.text, begin):
        return True
    said = _SAYS.match(source.text, begin)
    prints = rf"^[ \t]*(?:function[ \t]+)?{said[1]}[ \t]*\(\)[ \t]*\{{?\s*(?:echo|printf)\b" if said else ""
    return said is not None and re.search(prints, source.text, re.MULTILINE) is not None


def is_for_others(workspace: Workspace, place: Span) -> bool:
    """Whether what stands before the place in its section leads into another repository or folder."""
    source = workspace.source(place.path)
    if source is None:
        return False
    begin = line_start(source.text, place.start)
    document = workspace.document(place.path) if DOCUMENT.search(place.path) else None
    headings = document.headings if document is not None else ()
    section = max((heading.range.end for heading in headings if heading.range.start < begin), default=0)
    if place.path.endswith(".adoc"):
        section = max((match.end() for match in _ADOC_HEADING.finditer(source.text, 0, begin)), default=0)
    before = source.text[section:begin]
    return (
        _is_cloned(workspace, place.path, before)
        or _speaks_of_another_clone(workspace, source.text[:section], before)
        or _is_in_another_folder(workspace, before)
        or ("/" in place.path and _leads_away(workspace, source.text[:begin], before))
        or any(map(_UNPACKED.search, lines_above(before, len(before), _NEAR)))
        or _SISTER.search(sentence_above(before)) is not None
    )


def _is_cloned(workspace: Workspace, path: str, before: str) -> bool:
    """Whether the text `before` a command clones another repository and enters it, or a block of code in a document
    goes on after the clone as if it had."""
    cloned = list(CLONE.finditer(before))
    if not cloned or "/" not in path:  # the first page of a repository tells how to clone it
        return False
    name, folder = cloned[-1].groups()
    after = before[cloned[-1].end() :]
    same_block = path.endswith((".md", ".mdx")) and "```" not in after and not _ENTERS.search(after)
    moved = re.search(rf"\bmv [\"']?(?:\./)?{re.escape(folder or name)}[\"']? +[\"']?([\w./-]+)", after)
    into = rf"\b(?:cd|pushd) [\"']?(?:[^\s\"';&|]*/)?{re.escape(moved[1] if moved else folder or name)}(?![\w.-])"
    entered = same_block or folder == "." or re.search(into, after)
    return bool(entered) and not (
        _is_ours(workspace, name) and _is_first_of_owner(workspace, cloned[-1][0], name)
    )


_CHECKOUT = regex(r"uses:[ \t]*[\"']?actions/checkout@.*\n((?:(?![ \t]*-[ \t]).*\n){0,20})")
_REPOSITORY = regex(r"^[ \t]+repository:[ \t]*[\"']?(.+)", re.MULTILINE)
_FOLDER = regex(r"^[ \t]+path:", re.MULTILINE)
_SAME = regex(r"\$\{\{[ \t]*github\.(repository\b|event\.)")


def _is_checked_out_instead(workspace: Workspace, path: str, before: str) -> bool:
    """Whether a workflow has, `before` a command, last checked another repository out in place of this one (README of
    actions/checkout, "repository": without a "path" the folder holds nothing else)."""
    options = [match[1] for match in _CHECKOUT.finditer(before)] if _WORKFLOW.search(path) else []
    other = _REPOSITORY.search(options[-1]) if options else None
    if other is None or _FOLDER.search(options[-1]) or _SAME.match(other[1]):
        return False
    name = re.match(r"[\w.-]+/([\w.-]+)", other[1])
    return name is None or not (
        _is_ours(workspace, name[1]) and _is_first_of_owner(workspace, f"/{name[0]}", name[1])
    )


def _speaks_of_another_clone(workspace: Workspace, above: str, before: str) -> bool:
    """Whether the section speaks of another repository that the document clones above and that is not this one."""
    return any(
        re.search(rf"(?<![\w.-]){re.escape(match[1])}(?![\w.-])", before)
        and not (_is_ours(workspace, match[1]) and _is_first_of_owner(workspace, match[0], match[1]))
        for match in CLONE.finditer(above)
    )


def _is_in_another_folder(workspace: Workspace, before: str) -> bool:
    """Whether the text `before` a command enters a folder of the machine that is not where the repository lies."""
    entered = _ENTERS.findall(before)
    return (
        bool(entered)
        and entered[-1].startswith(("/", "~/", "$HOME/"))
        and not _is_ours(workspace, basename(entered[-1]))
    )


_STEP = regex(r"(?m)^[ \t]*- ")
_WORKING_DIRECTORY = regex(r"(?m)^[ \t]*(?:- )?working-directory:[ \t]*[\"']?((?:/|~/)[^\s\"']+)")


def _runs_in_another_folder(workspace: Workspace, place: Span) -> bool:
    """Whether the step of a workflow runs in a folder of the runner's machine that is not called as the repository."""
    source = workspace.source(place.path)
    text = source.text if source is not None else ""
    begin = max((step.start() for step in _STEP.finditer(text, 0, place.start)), default=0)
    after = _STEP.search(text, place.end)
    found = _WORKING_DIRECTORY.search(text, begin, after.start() if after is not None else len(text))
    return found is not None and not _is_ours(workspace, basename(found[1].rstrip("/-")))


def _leads_away(workspace: Workspace, above: str, section: str) -> bool:
    """Whether the document enters no folder that is here, but before the command one of a name that none here has, or
    the block of code enters such a folder last; what it clones is told apart."""
    fences = [*_FENCE.finditer(above)]
    block = above[fences[-1].end() :] if len(fences) % 2 else ""
    if block and "git clone" not in section and _are_elsewhere(workspace, _ENTERS.findall(block)[-1:]):
        return True
    if any(workspace.is_directory(match[1]) for match in _ENTERS.finditer(above)):
        return False
    text = section if "git clone" in above else above
    return "git clone" not in section and _are_elsewhere(workspace, _ENTERS.findall(text))


def _are_elsewhere(workspace: Workspace, folders: list[str]) -> bool:
    """Whether one of the folders has a name that none here has, nor the repository."""
    names = {basename(folder) for folder in folders if re.fullmatch(r"(\.{1,2}/)*[a-z][\w./-]*", folder)}
    return any(
        not _PLACEHOLDERS.fullmatch(name)
        and not _is_ours(workspace, name)
        and not any(f"/{name}/" in f"/{path}" for path in workspace.files)
        for name in names
    )


def _is_ours(workspace: Workspace, name: str) -> bool:
    """Whether a file of the root knows a folder of that name, as the address of the repository has it."""
    return any(_knows(workspace, path, name) for path in workspace.files if "/" not in path)


def _is_first_of_owner(workspace: Workspace, clone: str, name: str) -> bool:
    """Whether no other repository of the owner is named by more files of the root, or more often by as many, than the
    one that is cloned; none of anybody, where the root lists those of many.
    """
    match = re.search(rf"[/:]([\w.-]+)/{re.escape(name)}", clone)
    owner = match[1].lower() if match is not None else ""
    files, times = Counter[str](), Counter[str]()
    root = [path for path in workspace.files if "/" not in path]
    lists = [path for path in root if DOCUMENT.search(path)]  # a lock file of Go has as many
    listed = len({who for path in lists for who, _ in _addresses(workspace, path)}) >= _MANY_OWNERS
    for path in root:
        named = [other for who, other in _addresses(workspace, path) if listed or who == owner]
        files.update({*named})
        times.update(named)
    return not files or (files[name.lower()], times[name.lower()]) == max((files[n], times[n]) for n in files)


_MANY_OWNERS = 20
_ADDRESS = regex(
    rb"(?:github|gitlab|bitbucket|codeberg)\.\w+[/:]([\w.-]+)/([\w.-]+?)(?:\.git)?(?=[/\s\"'`)>\]#?,]|$)",
    re.M,
)


@fact(list[tuple[str, str]])
def _addresses(workspace: Workspace, path: str) -> list[tuple[str, str]]:
    """The owners and names of the repositories whose addresses stand in the file, in lower case."""
    found = _ADDRESS.findall(workspace.bytes(path) or b"")
    return [(owner.decode().lower(), name.decode().lower()) for owner, name in found]


@fact(bool)
def _knows(workspace: Workspace, path: str, folder: str) -> bool:
    known = re.compile(rb"/%s(\.git)?(?![\w.-]|/\w)" % re.escape(folder).encode(), re.I)
    return known.search(workspace.bytes(path) or b"") is not None


# ---- files


_STEP_RUNS = regex(r"(?m)^[ \t]*(?:- )?(run|script):")
_BRINGS_REPOSITORY = regex(r"\bgit\b[^\n]*\b(pull|clone|fetch|checkout|reset)\b|\b(scp|rsync)\b")


def _done_before_remotely(workspace: Workspace, line: CommandLine) -> str | None:
    """What a step of a workflow does before the command on another machine, to which an action connects; None where
    it runs here. GitHub's own steps have `run`; `script` is for such actions."""
    source = workspace.source(line.span.path) if "/workflows/" in line.span.path else None
    found = list(_STEP_RUNS.finditer(source.text, 0, line.span.start)) if source is not None else []
    if source is None or not found or found[-1][1] == "run":
        return None
    return source.text[found[-1].end() : line.span.start]


def _files(workspace: Workspace, line: CommandLine) -> Iterator[Missing]:
    remotely = _done_before_remotely(workspace, line)
    if remotely is not None and not _BRINGS_REPOSITORY.search(remotely):
        return
    for word in line.files:
        if _is_missing(workspace, line, word):
            near = _near_file(workspace, word.text, line)
            yield Missing("file", word.text, (word.span,), near)
    for word in line.env_files if remotely is None else ():
        # Only examples are committed: others are made by hand, on the machine where the command runs.
        if _EXAMPLE.search(basename(word.text)) and _is_missing(workspace, line, word):
            yield Missing("env file", word.text, (word.span,), None)
    if line.project_directory is not None and _is_missing(workspace, line, line.project_directory):
        yield Missing("folder", line.project_directory.text, (line.project_directory.span,), None)


def _is_missing(workspace: Workspace, line: CommandLine, word: FileWord) -> bool:
    if word.exists or word.path is None or _OWN.search(basename(word.text)) or word.text.startswith("-"):
        return False
    if _TO_BE_FILLED.search(basename(word.text)) or _is_in_folder_to_be_chosen(workspace, word.path):
        return False
    if _LOCAL.search(basename(word.text)) and not _relies_on(workspace, line, word):
        return False
    if any(character in word.text for character in "<>{}$*[]|\\") or _OF_WINDOWS.match(word.text):
        return False
    if word in line.files and not _NAMED_COMPOSE.search(word.text):
        if not word.text.endswith((".yml", ".yaml")) or not workspace.is_directory(dirname(word.path)):
            return False
    if (
        workspace.in_submodule(word.path)
        or workspace.is_ignored(word.path)
        or _is_in_clone(workspace, line, word)
    ):
        return False
    if line.kind != "document" and _is_looked_for(workspace, line.span.path, word.text):
        return False
    if line.kind == "document" and is_written_out(workspace, line.span.path, word.text):
        return False
    if _created(workspace, line.span.path, basename(word.path)) or is_put_by_playbook(workspace, word.path):
        return False
    if line.kind == "comment" and _is_in_ignored_folder(workspace, basename(word.path)):
        return False
    return not (
        lies_somewhere(workspace, word.text)
        or _lies_above(workspace, word.path)
        or is_written(workspace, word.path)
        or may_be_written(workspace, word.path)
    )


def _lies_above(workspace: Workspace, path: str) -> bool:
    """Whether a file of the root finds it in the folder that the repository lies in: `../compose.shared.yml`."""
    root = tuple(workspace.files_in("")) if "/" not in path else ()
    return any(
        _names_above(workspace, file, path) for file, _ in workspace.words.search(root, (path.encode(),))
    )


@fact(bool)
def _names_above(workspace: Workspace, path: str, name: str) -> bool:
    above = re.compile(rb"(?<![\w./-])\.\./" + re.escape(name.encode()) + rb"(?![\w.-])")
    return above.search(workspace.bytes(path) or b"") is not None


def _is_in_ignored_folder(workspace: Workspace, name: str) -> bool:
    """Whether another command names a file of the name in a folder that git ignores, and that is made first."""
    named = (word.path for line in find_command_lines(workspace) for word in line.files)
    return any(path and basename(path) == name and workspace.is_ignored(path) for path in named)


def _is_in_folder_to_be_chosen(workspace: Workspace, path: str) -> bool:
    """Whether a folder on the way is not there and has its name in capitals: `stacks/STACK/compose.yml`."""
    while path := dirname(path):
        if basename(path).isupper() and not workspace.is_directory(path):
            return True
    return False


def _is_in_clone(workspace: Workspace, line: CommandLine, word: FileWord) -> bool:
    """Whether the text clones, before the command, the folder in which the file lies."""
    source = workspace.source(line.span.path)
    folder, _, inside = without_dots(word.text).partition("/")
    if source is None or not inside:
        return False
    cloned = CLONE.finditer(source.text, 0, line.span.start)
    names = {without_dots(match[2] or match[1]).rstrip("/") for match in cloned}
    return folder in names or folder in checked_out(workspace, line.span.path)


def _enters_another_repository(workspace: Workspace, line: CommandLine) -> bool:
    """Whether the script enters, before the command, what another text beside it clones (`cd ../shop`), or a folder
    that is not here, and clones nothing itself."""
    source = workspace.source(line.span.path) if line.kind == "shell" else None
    entered = _ENTERS.findall(source.text, 0, line.span.start)[-1:] if source is not None else []
    beside = dirname(line.span.path)
    return source is not None and any(
        is_cloned(workspace, join(beside, basename(folder.rstrip("/"))))
        or (
            _BELOW.fullmatch(folder) is not None
            and not CLONE.search(source.text, 0, line.span.start)
            and not _is_a_folder(workspace, folder)
        )
        for folder in entered
    )


_CHECKS_OUT = regex(
    rb"uses:[ \t]*[\"']?actions/checkout@.*\n(?:(?![ \t]*-[ \t]).*\n){0,20}?[ \t]+path:[ \t]*[\"']?(?:\./)?([\w.-]+)"
)


@fact(set[str])
def checked_out(workspace: Workspace, path: str) -> set[str]:
    """The folders into which a workflow checks repositories out (README of actions/checkout, "path")."""
    data = workspace.bytes(path) if _WORKFLOW.search(path) else None
    return {name.decode() for name in _CHECKS_OUT.findall(data or b"")}


_OF_WINDOWS = regex(r"[A-Za-z]:")
"""How a path begins on a machine with Windows, whose backslashes no shell keeps."""


_LOOKS_FOR = regex(r"((\[|\btest)[ \t]+(![ \t]+)?-[efrs]|(?i:\bif[ \t]+(not[ \t]+)?exist))[ \t]+[\"']?$")


def _is_looked_for(workspace: Workspace, path: str, name: str) -> bool:
    """Whether the text looks whether the file is there: `[ -f compose.idp.yml ]`, `if exist compose.idp.yml`."""
    source = workspace.source(path)
    text = source.text if source is not None else ""
    return any(
        _LOOKS_FOR.search(text, line_start(text, place.start()), place.start())
        for place in re.finditer(rf"{re.escape(name)}(?![\w./-])", text)
    )


_LABEL = r"(file|script|filename|path|datei|fichier|archivo|arquivo|файл|скрипт|文件|脚本)\W*:"
_LONGEST_LABEL = 400
"""Characters before a block of code in which its label stands."""


def is_written_out(workspace: Workspace, path: str, name: str) -> bool:
    """Whether the document shows what stands in the file: a block of code whose first line is a comment of nothing but
    the name (of YAML, one that begins with it), under a heading that is the name or a line like `File: NAME`, a script
    under a line of nothing but the name, or services under a sentence that names the file and ends in a colon.
    """
    source, document = workspace.source(path), workspace.document(path)
    base = basename(name)
    if source is None or document is None or base not in source.text:
        return False
    bare = without_dots(name)

    def is_it(shown: str) -> bool:
        return f"/{bare}".endswith(f"/{shown}") or ("/" in bare and f"/{shown}".endswith(f"/{bare}"))

    own = rf"\W*(?P<name>(?:[\w.-]+/)*{re.escape(base)})\W*"
    for block in document.code_blocks:
        first, _, rest = block.text.partition("\n")
        start = block.range.start
        above = source.text[max(0, start - _LONGEST_LABEL) : start].splitlines()[:-1]  # without the fence
        named = next((line for line in reversed(above[-2:]) if line.strip()), "")
        label = rf"\W*({_LABEL})?" if first.startswith("#!") else rf"(\W*{_LABEL}|#+[ \t])"
        more = r"(\s.*)?" if block.language in ("yaml", "yml") and base.endswith((".yaml", ".yml")) else ""
        shown = (base in first and re.fullmatch(rf"\s*(#|//|--){own}{more}", first)) or (
            base in named and re.fullmatch(rf"{label}{own}(\(.*)?", named, re.I)
        )
        if shown and base not in rest and is_it(shown["name"]):
            return True
        sentence = re.search(rf"(?<![\w./-])(?P<name>(?:[\w.-]+/)*{re.escape(base)})(?![\w-]).*:\W*$", named)
        if sentence and SERVICES.search(block.text) and is_it(sentence["name"]):
            return True
    return False


def _relies_on(workspace: Workspace, line: CommandLine, word: FileWord) -> bool:
    """Whether the command is a script's, and the script does not look whether the file is there."""
    source = workspace.source(line.span.path) if line.kind in ("shell", "make") else None
    looks = rf"(\[|\btest)\s+(!\s+)?-[efrs]\s+\S*(\$|{re.escape(basename(word.text))})|\$\(wildcard\b"
    return source is not None and not re.search(looks, source.text)


_RENDERED = (".jinja", ".jinja2", ".j2", ".tmpl", ".tpl", ".template", ".erb", ".in")
"""What files are called from which others of the name without it are rendered."""


def lies_somewhere(workspace: Workspace, text: str) -> bool:
    """Where a command runs is a guess: a file of that name may be meant wherever it lies, and from the folder beside
    the repository it is `NAME/file`. Its template will do, too.
    """
    tail = "/" + without_dots(text)
    repository, _, inside = tail[1:].partition("/")
    return any(
        ("/" + path).endswith(tail) or (path == inside and _is_ours(workspace, repository))
        for path in workspace.named(basename(tail))
    ) or any(
        ("/" + path).endswith(tail + end)
        for end in _RENDERED
        for path in workspace.named(basename(tail) + end)
    )


_WRITES = r"[/(,][ ]*[\"']%s[\"']\)?\s[^\n]*\n?[^\n]*(\bopen\([^\n]*[\"'][wx]b?[\"']|\.write_text\()"
"""A program that puts the name at the end of a path, which it writes then."""
_UNCOMMITTED = regex(r"\bgit-?ignored\b|\bnot committed\b", re.I)


def _created(workspace: Workspace, path: str, name: str) -> bool:
    """Whether a file that calls `name` tells to make it."""
    source = workspace.source(path)
    if source is None or name not in source.text:
        return False
    escaped, lines = re.escape(name), source.text.splitlines()
    stands_for_another = re.compile(rf"(?i:\breplac(e|ing))\s+[`'\"*]*{escaped}|`\s*[→⇒]\s*`\S*{escaped}`")
    if re.search(rf"[\"']{escaped}[\"']\s*:", source.text):
        return True  # a program maps the name to the text that it writes there
    if re.search(_WRITES % escaped, source.text):
        return True
    for number, text in enumerate(lines):
        if name in text and (stands_for_another.search(text) or _UNCOMMITTED.search(text)):
            return True
        if name in text and not re.search(rf"(-f|--file|--env-file)[ =]\S*{escaped}", text):
            if any(_CREATES.search(near) for near in lines[max(0, number - 1) : number + 1]):
                return True
    return False


def _near_file(workspace: Workspace, text: str, line: CommandLine) -> str | None:
    """The one Compose file whose name differs in signs or a letter, as the text would write it: without a folder, where
    it lies beside the text."""
    from rapidfuzz.fuzz import ratio

    def plain(name: str) -> str:
        return re.sub(r"[._-]|compose|docker|ya?ml$", "", basename(name).lower())

    files: list[str] = workspace.remembered(
        "named like Compose files",
        lambda: [f for f in workspace.files if _NAMED_COMPOSE.search(f) and plain(f)],
    )
    number = re.findall(r"\d+", basename(text))  # what is counted is not misspelt: `compose.dev-2.yml`
    alike = (other for other in files if re.findall(r"\d+", basename(other)) == number)
    scores = {other: ratio(plain(text), plain(other)) for other in alike}
    near = [other for other, score in scores.items() if score >= 85]
    own = dirname(line.span.path)
    folder = own if near and "/" not in text and dirname(near[0]) == own else line.directory
    prefix = f"{folder}/" if folder else ""
    if len(near) != 1 or not near[0].startswith(prefix):
        return None
    return ("./" if text.startswith("./") else "") + near[0].removeprefix(prefix)


_NAMED_COMPOSE = regex(r"compose[^/]*\.ya?ml$")
_COPIES = regex(
    r"^[ \t$@]*(?:-[ \t]+)?(?:run:[ \t]+)?cp[ \t]+(?:-\w+[ \t]+)*"
    r"((?:[\w.-]+/)*(?:[\w.-]*\benv[\w.-]*[.-](?:example|sample|template|dist)|[\w.-]*(?:example|sample)\.env))"
    r"[ \t]+\S",
    re.MULTILINE,
)
_COPYING = regex(r"\.(md|rst|sh)$|(^|/)Makefile$|^\.github/workflows/[^/]+\.ya?ml$")


def _may_copy(path: str) -> bool:
    return _COPYING.search(path) is not None


def _copied_examples(workspace: Workspace) -> Iterator[Missing]:
    """Examples of env files that a document or script copies, and that lie nowhere."""
    for path in workspace.chosen(_may_copy):
        if is_of_other_times(workspace, path):
            continue
        found: dict[str, list[Span]] = {}
        for name, start, end in _copies_in(workspace, path):
            place = Span(path, start, end)
            if (
                is_for_others(workspace, place)
                or if_it_is_there(workspace, place)
                or _is_looked_for(workspace, path, name)
                or _is_linked_folder(workspace, path, name)
            ):
                continue
            lacking = _lacking_where_it_runs(workspace, place, name)
            if lacking is not None:
                elsewhere = [file for file in workspace.named(basename(name)) if file.endswith(f"/{name}")]
                near = elsewhere[0] if lacking == name and len(elsewhere) == 1 else None
                yield Missing("env file", lacking, (place,), near, aside=not is_followed(workspace, path))
            elif not lies_somewhere(workspace, name):
                found.setdefault(name, []).append(place)
        for name, places in found.items():
            inside = _inside(workspace, places[0], name)
            if inside is not None and not workspace.in_submodule(inside):
                near = _near_example(workspace, path, name) or _only_example(workspace, path, inside, name)
                aside = not is_followed(workspace, path)
                yield Missing("env file", name, tuple(places), near, aside=aside)


_FOLDER_INSIDE = regex(r"(?:\./)?\w[\w-]*(?:/\w[\w-]*)*")


def _lacking_where_it_runs(workspace: Workspace, place: Span, name: str) -> str | None:
    """The path of the file, which is not there, where it is known in which folder the commands run: the block of code
    enters one of the repository, or clones the repository and enters it."""
    source, document = workspace.source(place.path), workspace.document(place.path)
    blocks = document.code_blocks if source is not None and document is not None else ()
    begin = next((b.range.start for b in blocks if b.range.start <= place.start < b.range.end), None)
    if begin is None or source is None:
        return None
    before = source.text[begin : place.start]
    entered, cloned = _ENTERS.findall(before), CLONE.search(before)
    if cloned is not None:
        if "/" in place.path or not _is_ours(workspace, cloned[1]) or entered[:1] != [cloned[2] or cloned[1]]:
            return None
        del entered[0]
    elif not entered:
        return None
    if not all(map(_FOLDER_INSIDE.fullmatch, entered)):
        return None
    folder = normalise(join("", *entered)) or ""
    ends = f"/{folder}"
    held = {"", *(dirname(file) for file in workspace.files)}
    folders = {folder} & held if cloned is not None else {f for f in held if f"/{f}".endswith(ends)}
    there = (join(one, name + end) for one in folders for end in ("", *_RENDERED))
    if not folders or any(workspace.kind(path) is not None for path in map(normalise, there) if path):
        return None
    return join(folder, name)


def _is_linked_folder(workspace: Workspace, path: str, name: str) -> bool:
    """Whether the text is about another repository: it links to the folder there, and there is none here."""
    folder = without_dots(name).partition("/")[0]
    source = workspace.source(path)
    linked = rf"https?://[\w.-]+/[\w.-]+/[\w.-]+/(?:-/)?(?:tree|blob)/[^/\s]+/{re.escape(folder)}/"
    return (
        "/" in without_dots(name)
        and not workspace.is_directory(folder)
        and source is not None
        and re.search(linked, source.text) is not None
    )


def _inside(workspace: Workspace, place: Span, name: str) -> str | None:
    """The file, from the root, from the folder of the text, or from the one that a command before it enters."""
    source = workspace.source(place.path)
    entered = _ENTERS.findall(source.text, 0, place.start)[-1:] if source is not None else []
    folders = ("", dirname(place.path), *(f for f in entered if workspace.is_directory(normalise(f) or "")))
    paths = (normalise(f"{folder}/{name}") for folder in folders)
    return next((path for path in paths if path is not None), None)


_IF_THERE = regex(r"\bif (it is |it's )?(available|provided|present|there|it exists)\b", re.I)


def if_it_is_there(workspace: Workspace, place: Span) -> bool:
    """Whether the line, or the one before it or its block of code, says that the file may be missing."""
    source = workspace.source(place.path)
    text = source.text if source is not None else ""
    lines = lines_above(text, place.start, 5)
    before = [line for line in lines if line.strip() and not line.lstrip().startswith("```")][-2:]
    rest = text[place.end : text.find("\n", place.end)]
    return any(_IF_THERE.search(line) for line in (*before, rest))


def _near_example(workspace: Workspace, path: str, text: str) -> str | None:
    """How the examples of that name are written here: `.env-example` for `.env.example`. Those of its folder only,
    where the text is the first page of a folder.
    """

    def plain(name: str) -> str:
        return re.sub(r"[._-]", "", basename(name).lower())

    name = basename(text)
    first = basename(path).lower().startswith("readme.") and not text.startswith("../")
    beside = dirname(path) if first else ""
    meant = {basename(f) for f in workspace.under(beside) if plain(f) == plain(text)}
    return text.removesuffix(name) + meant.pop() if len(meant - {name}) == len(meant) == 1 else None


_DOTENV_EXAMPLE = regex(r"\.?env[._-](example|sample|template|dist)")


def _only_example(workspace: Workspace, path: str, inside: str, text: str) -> str | None:
    """The one example of a `.env` beside the text, where another is sought."""
    folder, name = dirname(inside), basename(inside)
    if folder != dirname(path) or not _DOTENV_EXAMPLE.fullmatch(name):
        return None
    beside = map(basename, workspace.files_in(folder))
    examples = [other for other in beside if _DOTENV_EXAMPLE.fullmatch(other)]
    return text.removesuffix(name) + examples[0] if len(examples) == 1 else None


@fact(list[tuple[str, int, int]])
def _copies_in(workspace: Workspace, path: str) -> list[tuple[str, int, int]]:
    data = workspace.bytes(path) or b""
    source = workspace.source(path) if b"cp " in data and b"env" in data else None
    return [(match[1], *match.span(1)) for match in _COPIES.finditer(source.text if source else "")]


# ---- services


def _in_none(repository: Repository, line: CommandLine, choices: list[CommandLine]) -> Iterator[Missing]:
    """The services that a command names in vain whichever files a script composes for it."""
    others = [{found.name for found in _services(repository, other)} for other in choices[1:]]
    if line is choices[0]:
        yield from (s for s in _services(repository, line) if all(s.name in names for names in others))


def _services(repository: Repository, line: CommandLine) -> Iterator[Missing]:
    runs = line.kind not in {"document", "comment"}
    words = [w for w in line.services if (runs and w.name == "app") or not _PLACEHOLDERS.fullmatch(w.name)]
    if not words or line.kind == "code" or any(_is_prose(word.name) for word in line.services):
        return
    workspace = repository.workspace
    if line.away or (not line.files and overlays_others(workspace, dirname(line.span.path))):
        return
    if _WORKFLOW.search(line.span.path) and _runs_in_another_folder(workspace, line.span):
        return
    if not line.files and any(workspace.is_ignored(join(line.directory, name)) for name in DEFAULT_FILES):
        return  # each machine has its own
    source = workspace.source(line.span.path) if runs else None
    if source is not None and _MAY_FAIL.match(source.text, line.span.start):
        return
    if not line.complete or any(
        _is_missing(workspace, line, word) or _is_in_clone(workspace, line, word) for word in line.files
    ):
        return
    if any(not w.exists and _is_looked_for(workspace, line.span.path, w.text) for w in line.files):
        return
    if line.kind == "document" and _describes_another_stack(repository, line.span.path):
        return
    if any(
        (word.path is not None and workspace.is_ignored(word.path))
        or (line.kind != "document" and not (word.exists or lies_somewhere(workspace, word.text)))
        for word in line.files
    ):
        return  # made when it is needed, with services that nobody here knows
    if any(_is_guessed(workspace, word) for word in line.files):
        return
    if any(word.path is not None and workspace.in_submodule(word.path) for word in line.files):
        return
    projects: list[tuple[str, ...]] = []
    if line.files and all(word.exists for word in line.files):
        projects = [tuple(word.path or "" for word in line.files)]
    elif line.files:  # where the command runs is not known: all files of these names
        projects = [(path,) for word in line.files for path in workspace.named(basename(word.text))]
    for folder in {dirname(word.path or "") for word in line.files if _is_a_default(workspace, word)}:
        beside = workspace.files_in(folder)
        projects += [(path,) for path in beside if _is_named_compose(path) and (path,) not in projects]
    if line.kind == "comment":
        words = words[:1]  # the rest may be a sentence
    known = _known_services(repository, projects)
    for word in words if known is not None else ():
        assert known is not None
        if word.name in known.services:
            continue
        # Without a file named, the command may be run in any folder.
        files = known.files if projects else workspace.chosen(_is_named_compose)
        if any(is_commented(workspace, path, word.name) for path in files):
            continue
        if line.kind != "document" and _is_sought(workspace, line.span.path, word.name):
            continue
        if line.kind == "document" and _is_to_be_added(workspace, line.span.path, word.name):
            continue
        if line.kind != "document" or not is_commented(workspace, line.span.path, word.name):
            near = known.nearest(word.name)
            near = None if any(other.name == near for other in line.services) else near
            defined = _defined_in(repository, word.name) if near is None else None
            yield Missing("service", word.name, (word.span,), near, known.files, defined)


def _is_named_compose(path: str) -> bool:
    return _NAMED_COMPOSE.search(path) is not None


def _defined_in(repository: Repository, name: str) -> Span | None:
    """Where some Compose file that is started defines the service."""
    found = (project.services[name] for project in repository.projects if name in project.services)
    return next((definition.key for definition in found), None)


_GIVEN_BY_CALLER = regex(r"[ \t]*(?:export[ \t]+)?\w+[ \t]*\?=")
_SCRIPT_BESIDE = regex(r"(?<![\w./-])\./([\w-]+\.(?:sh|ps1))(?![\w-])")


def _describes_another_stack(repository: Repository, path: str) -> bool:
    """Whether the document runs scripts of its reader's folder that lie nowhere here, and knows no service of ours."""
    workspace = repository.workspace

    def find() -> bool:
        source = workspace.source(path)
        scripts = _SCRIPT_BESIDE.findall(source.text) if source is not None else []
        if not scripts or any(map(workspace.named, scripts)):
            return False
        known = _known_services(repository, [])
        lines = (line for line in find_command_lines(workspace) if line.span.path == path)
        named = {word.name for line in lines for word in line.services}
        return known is not None and named.isdisjoint(known.services)

    found: bool = workspace.remembered(f"stack of {path}", find)
    return found


def _is_sought(workspace: Workspace, path: str, name: str) -> bool:
    """Whether the script looks whether there is such a service: `grep -q name compose.yml`."""
    source = workspace.source(path)
    return source is not None and bool(re.search(rf"\bgrep\b[^\n|;&]*\b{re.escape(name)}\b", source.text))


def _is_to_be_added(workspace: Workspace, path: str, name: str) -> bool:
    """Whether the document makes files in a folder called like the service, which is not here: how another one is added
    is its example."""
    source = workspace.source(path)
    makes = rf"(?:>|\b(?:mkdir|touch|cp)\b)[^\n]{{0,200}}?[ /]{re.escape(name)}(?:/|[ \t]*$)"
    made = source is not None and re.search(makes, source.text, re.M) is not None
    return made and not _is_a_folder(workspace, name)


def _is_a_folder(workspace: Workspace, name: str) -> bool:
    """Whether some folder has that name, or that end of its path."""
    return any(f"/{name}/" in f"/{path}" for path in workspace.files)


def _is_guessed(workspace: Workspace, word: FileWord) -> bool:
    """Whether a variable that is not known stands in the name of the file."""
    source = workspace.source(word.span.path)
    return source is not None and "$" in word.span.range.slice(source.text) and "$" not in word.text


def _is_a_default(workspace: Workspace, word: FileWord) -> bool:
    """Whether whoever calls `make` may name another file: `FLAGS ?= -f compose.yml`."""
    source = workspace.source(word.span.path)
    begin = line_start(source.text, word.span.start) if source is not None else 0
    return source is not None and bool(_GIVEN_BY_CALLER.match(source.text, begin))


def _is_prose(word: str) -> bool:
    return _WORDS.fullmatch(word) is not None or word.endswith((".", ",")) or word[:1].isupper()


class _Known:
    """The services of some Compose files."""

    def __init__(self, projects: list[Project]) -> None:
        self.services = {name: s for project in projects for name, s in project.services.items()}
        self.files = tuple(dict.fromkeys(path for project in projects for path in project.files))

    def nearest(self, name: str) -> str | None:
        from rapidfuzz.fuzz import ratio

        for service in self.services.values():
            if name in own_names(service):
                return service.name
        shared = re.match(r"(?s).*[._-]|", commonprefix([name, *self.services]))
        cut = len(shared[0]) if shared else 0  # `ferry-web` and `ferry-db` have nothing in common
        tail = shared_ending(name, self.services)  # nor have `mailservice` and `tollservice`
        scored = sorted(
            (
                (ratio(name[cut:].removesuffix(tail), other[cut:].removesuffix(tail)), other)
                for other in self.services
            ),
            reverse=True,
        )
        if not scored or scored[0][0] < 75 or (len(scored) > 1 and scored[1][0] == scored[0][0]):
            return None
        return scored[0][1]


def _known_services(repository: Repository, named: list[tuple[str, ...]]) -> _Known | None:
    """The services of the projects that the command names, each by its files; of all, where it names none."""
    from dotmac_lint.model.compose import load_project

    workspace = repository.workspace

    def make() -> _Known | None:
        if named:
            projects = [load_project(workspace, paths) for paths in named]
        elif not repository.deployments:
            return None  # there are overlays only: the file with the services lies elsewhere
        else:
            projects = list(repository.projects)
        if any(
            p.kind in {"file", "yaml", "include", "shape", "extends"} for q in projects for p in q.problems
        ):
            return None
        return _Known(projects) if any(q.services for q in projects) else None

    found: _Known | None = workspace.remembered(f"services of {named}", make)
    return found
