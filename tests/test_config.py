"""Configuration: what is read, and what is said of what cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest

from dotmac_lint.config import ConfigError, Settings, find, load, merged, split_selectors
from dotmac_lint.diagnostic import Diagnostic, Severity
from dotmac_lint.fix import Applicability, Fix
from dotmac_lint.source import Span

RULES = {"DM000": "parse-error", "DM003": "unknown-env-var", "DM004": "vault-disabled-in-production"}


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()


def configure(text: str, name: str = ".dotmac-lint.toml") -> Settings:
    Path(name).write_text(text)
    return load(Path.cwd(), rules=RULES)


def diagnostic(code: str = "DM003", applicability: Applicability = Applicability.UNSAFE) -> Diagnostic:
    fix = Fix("f", applicability=applicability)
    return Diagnostic(code, RULES[code], Severity.ERROR, "m", Span("a/compose.yaml", 0, 0), fix=fix)


def test_everything() -> None:
    for name in ("a.yml", "b.yml"):
        Path(name).touch()
    settings = configure(
        """
        [tool.dotmac-lint]
        select = ["DM", "unknown-env-var"]
        ignore = ["DM00"]
        extend-select = ["DM003"]
        per-file-ignores = { "a/*" = ["DM003"] }
        exclude = ["x"]
        extend-exclude = ["y"]
        severity = { DM003 = "info" }
        unfixable = ["DM004"]
        extend-safe-fixes = ["DM003"]
        extend-unsafe-fixes = ["DM000"]
        fail-level = "error"
        output-format = "json"
        preview = true

        [tool.dotmac-lint.deployments.live]
        files = ["a.yml", "b.yml"]
        env-files = [".env"]
        profiles = ["p"]
        production = true
        """,
        "pyproject.toml",
    )
    assert settings.source == "pyproject.toml"
    assert settings.excluded == ("x", "y")
    assert (settings.fail_level, settings.output_format, settings.preview) == ("error", "json", True)
    (live,) = settings.deployments
    assert (live.name, live.files, live.env_files, live.profiles, live.production) == (
        "live",
        ("a.yml", "b.yml"),
        (".env",),
        ("p",),
        True,
    )
    assert not settings.reports(diagnostic())
    assert settings.adjust(diagnostic()).severity is Severity.INFO


@pytest.mark.parametrize(
    "text, message",
    [
        ("\nselct = []", ".dotmac-lint.toml:2: there is no key `selct`; did you mean `select`?"),
        ("[rules]\nx = 1", ".dotmac-lint.toml:1: there is no key `rules`"),
        ('load-rules = "x.py"', ".dotmac-lint.toml:1: there is no key `load-rules`"),
        ('select = "DM003"', ".dotmac-lint.toml:1: `select` must be a list of strings"),
        ("select = [1]", ".dotmac-lint.toml:1: `select` must be a list of strings"),
        ("preview = 1", ".dotmac-lint.toml:1: `preview` must be true or false"),
        (
            'output-format = "jsn"',
            ".dotmac-lint.toml:1: `output-format` must be one of full, concise, json, sarif, github, gitlab, "
            "junit, markdown, not `jsn`; did you mean `json`?",
        ),
        (
            "fail-level = []",
            ".dotmac-lint.toml:1: `fail-level` must be one of error, warning, info, not `[]`",
        ),
        ("severity = 3", ".dotmac-lint.toml:1: `severity` must be a table"),
        (
            '[severity]\n\nDM003 = "bad"',
            ".dotmac-lint.toml:3: `DM003` must be one of error, warning, info, not `bad`",
        ),
        (
            'preview = true\nignore = ["unknown-env"]',
            ".dotmac-lint.toml:2: `ignore`: there is no rule `unknown-env`; did you mean `unknown-env-var`?",
        ),
        (
            'select = ["dm003"]',
            ".dotmac-lint.toml:1: `select`: there is no rule `dm003`; did you mean `DM003`?",
        ),
        (
            'severity = { DM9 = "info" }',
            ".dotmac-lint.toml:1: there is no rule `DM9`; `dotmac-lint rule` lists all",
        ),
        (
            '[per-file-ignores]\n"a/*" = ["DM777"]',
            ".dotmac-lint.toml:2: `a/*`: there is no rule `DM777`; `dotmac-lint rule` lists all",
        ),
        (
            "[deployments.live]\nfils = []",
            ".dotmac-lint.toml:2: there is no key `fils` in a deployment; did you mean `files`?",
        ),
        (
            "[deployments.live]\nproduction = true",
            ".dotmac-lint.toml:1: the deployment `live` needs `files`: the Compose files that it is made of",
        ),
        (
            '[deployments.live]\nfiles = ["gone.yml"]',
            ".dotmac-lint.toml:1: the deployment `live`: there is no file `gone.yml`",
        ),
        (
            '[deployments.live]\nfiles = ["."]',
            ".dotmac-lint.toml:1: the deployment `live`: there is no file `.`",
        ),
        (
            '[deployments.live]\nfiles = ["../x.yml"]',
            ".dotmac-lint.toml:1: the deployment `live`: `../x.yml` lies outside of the linted folder",
        ),
        (
            '[deployments.live]\nfiles = [".dotmac-lint.toml"]\nenv-files = ["/etc/passwd"]',
            ".dotmac-lint.toml:1: the deployment `live`: `/etc/passwd` lies outside of the linted folder",
        ),
        (
            '[deployments.live]\nfiles = [".dotmac-lint.toml"]\nproject-directory = "gone"',
            ".dotmac-lint.toml:1: the deployment `live`: there is no folder `gone`",
        ),
        ("[deployments]\nlive = 1", ".dotmac-lint.toml:2: `live` must be a table"),
        ("tool = 1", ".dotmac-lint.toml:1: `tool` must be a table"),
        ("a = [", ".dotmac-lint.toml: this is no valid TOML: Invalid value (at end of document)"),
        ("a = " + "[" * 5000, ".dotmac-lint.toml: this is no valid TOML: "),
    ],
)
def test_complaints_name_the_place(text: str, message: str) -> None:
    with pytest.raises(ConfigError) as error:
        configure(text)
    assert str(error.value).startswith(message)


def test_a_file_that_is_named_must_be_there() -> None:
    with pytest.raises(ConfigError, match=r"absent\.toml: cannot be read: No such file"):
        load(Path.cwd(), path=Path("absent.toml"))
    Path("latin.toml").write_bytes(b"# \xe9")
    with pytest.raises(ConfigError, match=r"latin.toml: this is no valid TOML"):
        load(Path.cwd(), path=Path("latin.toml"))


def test_which_file_counts(tmp_path: Path) -> None:
    below = tmp_path / "services" / "api"
    below.mkdir(parents=True)
    assert find(below) is None
    (tmp_path / "pyproject.toml").write_text('[project]\ndependencies = ["dotmac-lint"]')
    assert find(below) is None
    (tmp_path / "pyproject.toml").write_text("[tool.dotmac-lint]\n")
    assert find(below) == tmp_path / "pyproject.toml"
    (tmp_path / ".dotmac-lint.toml").write_text("")
    assert find(below) == tmp_path / ".dotmac-lint.toml"
    (below / "pyproject.toml").write_text("[tool.dotmac-lint]\nbroken")
    assert find(below) == below / "pyproject.toml"
    (below / ".git").mkdir()
    (below / "pyproject.toml").unlink()
    assert find(below) is None, "another repository's configuration"
    assert load(below, isolated=True) == Settings()


def test_no_configuration_outside_of_the_repository(tmp_path: Path) -> None:
    repository = tmp_path / "repository"
    (repository / ".git").mkdir(parents=True)
    (tmp_path / "elsewhere.toml").write_text("preview = true")
    (repository / ".dotmac-lint.toml").symlink_to(tmp_path / "elsewhere.toml")
    assert find(repository) is None


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    below = tmp_path / "services" / "api"
    below.mkdir(parents=True)
    Path(".dotmac-lint.toml").write_text(
        """
        exclude = ["*.bak", "services/api/old/", "services/web", "/services/ap?/x", "**/y/z"]
        [per-file-ignores]
        "services/api/a.yml" = ["DM003"]
        "services/" = ["DM004"]
        "other/" = ["DM000"]
        [deployments.live]
        files = ["services/api/a.yml"]
        [deployments.whole]
        files = ["base.yml", "services/api/a.yml"]
        """
    )
    (below / "a.yml").touch()
    settings = load(below)
    assert settings.exclude == ("*.bak", "/old/", "/x", "**/y/z")
    assert settings.per_file_ignores in (
        {"/a.yml": ("DM003",), "**": ("DM004",)} | {"services/": ("DM004",)},
        {"/a.yml": ("DM003",), "services/": ("DM004",), "other/": ("DM000",)},
    )
    assert [one.files for one in settings.deployments] == [("a.yml",)], "the other one is not of this folder"


@pytest.mark.parametrize(
    "settings, preview, selected",
    [
        (Settings(), False, True),
        (Settings(), True, False),
        (Settings(preview=True), True, True),
        (Settings(select=("DM003",)), True, True),
        (Settings(extend_select=("unknown-env-var",)), True, True),
        (Settings(select=("DM00",)), True, False),
        (Settings(select=("DM004",)), False, False),
        (Settings(select=("DM004",), extend_select=("DM003",)), False, True),
        (Settings(ignore=("DM003",)), False, False),
        (Settings(ignore=("unknown-env-var",)), False, False),
        (Settings(ignore=("DM",), select=("DM003",)), False, True),
        (Settings(ignore=("ALL",)), False, False),
        (Settings(ignore=("DM003",), select=("DM003",)), False, False),
        (Settings(select=()), False, False),
    ],
)
def test_the_longest_selector_decides(settings: Settings, preview: bool, selected: bool) -> None:
    assert settings.selects("DM003", "unknown-env-var", preview=preview) is selected


def test_the_command_line_wins() -> None:
    file = Settings(select=("DM004",), ignore=("DM003",), extend_select=("DM000",), fail_level="error")
    assert merged(file) == file
    both = merged(file, select=("DM003",), extend_select=("X",), fail_level=None, preview=True)
    assert (both.select, both.ignore, both.extend_select) == (("DM003",), (), ("DM000", "X"))
    assert (both.fail_level, both.preview) == ("error", True)
    assert merged(file, ignore=("X",)).ignore == ("DM003", "X")
    assert split_selectors(("DM003, DM004", "x", ",")) == ("DM003", "DM004", "x")


@pytest.mark.parametrize(
    "settings, before, after",
    [
        (Settings(unfixable=("DM",)), Applicability.SAFE, Applicability.DISPLAY_ONLY),
        (Settings(extend_safe_fixes=("DM003",)), Applicability.UNSAFE, Applicability.SAFE),
        (Settings(extend_safe_fixes=("DM003",)), Applicability.DISPLAY_ONLY, Applicability.DISPLAY_ONLY),
        (Settings(extend_unsafe_fixes=("unknown-env-var",)), Applicability.SAFE, Applicability.UNSAFE),
        (Settings(extend_unsafe_fixes=("DM004",)), Applicability.SAFE, Applicability.SAFE),
    ],
)
def test_applicability(settings: Settings, before: Applicability, after: Applicability) -> None:
    fix = settings.adjust(diagnostic(applicability=before)).fix
    assert fix is not None
    assert fix.applicability is after


def test_the_most_exact_severity_counts() -> None:
    settings = Settings(severity={"DM003": "warning", "DM": "info"})
    assert settings.adjust(diagnostic()).severity is Severity.WARNING
    assert settings.adjust(diagnostic("DM004")).severity is Severity.INFO
