"""Options and subcommands; what they do is in `dotmac_lint.cli.run`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

from dotmac_lint import __version__
from dotmac_lint.config import FAIL_LEVELS, FORMATS

_STATUS = "Exit status: 0 nothing found, 1 something found, 2 the work could not be done."


class _Group(click.Group):
    """Linting is the default: an argument that is no subcommand is a path."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or args[0] not in {*self.commands, "--help", "-h", "--version"}:
            args = ["lint", *args]
        return super().parse_args(ctx, args)

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        return ["[OPTIONS]", "[PATHS]..."]

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        lint.format_options(ctx, formatter)
        self.format_commands(ctx, formatter)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]}, epilog=_STATUS)
@click.version_option(__version__, prog_name="dotmac-lint", message="%(prog)s %(version)s")
def cli() -> None:
    """A type checker for deployments: lints PATHS (default: the current folder).

    A folder alone is linted as a repository. Several paths, or a file, restrict the report to what touches them.
    """


def _rules(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The codes, or names, with which the last of a list of rules may go on."""
    from dotmac_lint.registry import load_rules

    before, comma, last = incomplete.rpartition(",")
    words = {rule.code: rule.name for rule in load_rules()}
    found = [code for code, name in words.items() if code.startswith(last.upper())]
    found = found or [name for name in words.values() if name.startswith(last)]
    return [CompletionItem(f"{before}{comma}{word}", help=words.get(word)) for word in found]


def _commands_and_paths(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    names = () if ctx.params.get("paths") else sorted(cli.commands)
    commands = [CompletionItem(name) for name in names if incomplete and name.startswith(incomplete)]
    return [*commands, CompletionItem(incomplete, type="file")]


def _selector(name: str, told: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    return click.option(name, multiple=True, metavar="RULES", help=told, shell_complete=_rules)


_CHOOSING = (
    _selector("--select", "Only these rules: codes, prefixes, names, ALL."),
    _selector("--ignore", "Not these rules."),
    _selector("--extend-select", "These rules as well."),
    click.option(
        "--config", "config_file", type=click.Path(path_type=Path), help="Read this configuration file."
    ),
    click.option("--isolated", is_flag=True, help="Read no configuration file."),
    click.option(
        "--fail-level", type=click.Choice(list(FAIL_LEVELS)), help="Exit with status 1 from here on."
    ),
    click.option(
        "--rules", "rule_folders", multiple=True, type=click.Path(path_type=Path), help="A folder of rules."
    ),
    click.option("--preview", is_flag=True, help="Run rules that are not yet proven."),
    click.option("--no-cache", is_flag=True, help="Neither use nor keep what earlier runs read."),
)


def _choosing(command: Callable[..., None]) -> Callable[..., None]:
    """The options that say what is looked for, for one repository as for many."""
    for option in reversed(_CHOOSING):
        command = option(command)
    return command


_paths = click.argument(
    "paths", nargs=-1, type=click.Path(path_type=Path), shell_complete=_commands_and_paths
)


@cli.command()
@_paths
@click.option("--fix", is_flag=True, help="Apply the fixes that are safe.")
@click.option("--unsafe-fixes", is_flag=True, help="With --fix or --diff: the unsafe ones as well.")
@click.option("--diff", is_flag=True, help="Show what --fix would change, and change nothing.")
@click.option("--fix-only", is_flag=True, help="Fix, and neither report what is left nor fail for it.")
@click.option("--exit-non-zero-on-fix", is_flag=True, help="Exit with status 1 where something was fixed.")
@click.option("--add-ignores", is_flag=True, help="Write comments that ignore all that is found.")
@click.option(
    "--baseline",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Report only what this file does not have.",
)
@click.option("--write-baseline", is_flag=True, help="Write all that is found to the file of --baseline.")
@_choosing
@click.option("--output-format", type=click.Choice(FORMATS), help="Default: full.")
@click.option(
    "--output-file", type=click.Path(path_type=Path, dir_okay=False), help="Write the report there."
)
@click.option("--exit-zero", is_flag=True, help="Exit with status 0 whatever is found.")
@click.option("--statistics", is_flag=True, help="Count the findings of each rule.")
@click.option("--timings", is_flag=True, help="Show what took how long, on stderr.")
@click.option(
    "--cache-dir", type=click.Path(path_type=Path, file_okay=False), help="Keep what was read there."
)
@click.option("--quiet", "-q", is_flag=True, help="Print findings only.")
@click.option("--verbose", "-v", is_flag=True, help="Say what was read, on stderr.")
def lint(**options: Any) -> None:
    """Lint PATHS (default: the current folder)."""
    from dotmac_lint.cli.recall import recalled

    question, status = recalled(options)
    if status is None:
        from dotmac_lint.cli.run import lint as run

        status = run(**options, question=question)
    raise SystemExit(status)


for _option in lint.params:
    if isinstance(_option, click.Option):
        _option.envvar = "DOTMAC_LINT_" + max(_option.opts, key=len)[2:].replace("-", "_").upper()


@cli.command()
@click.argument("code", required=False, shell_complete=_rules)
@click.option(
    "--rules", "rule_folders", multiple=True, type=click.Path(path_type=Path), help="A folder of rules."
)
def rule(code: str | None, rule_folders: tuple[Path, ...]) -> None:
    """Explain the rule CODE (or name); without one, list all rules."""
    from dotmac_lint.cli.explain import explain

    raise SystemExit(explain(code, rule_folders))


@cli.command()
@click.argument("path", default=".", type=click.Path(path_type=Path))
@click.option("--format", "output_format", type=click.Choice(["table", "json"]), default="table")
@click.option(
    "--config", "config_file", type=click.Path(path_type=Path), help="Read this configuration file."
)
@click.option("--isolated", is_flag=True, help="Read no configuration file.")
def deployments(path: Path, **options: Any) -> None:
    """List how the repository at PATH is started, and where that was found."""
    from dotmac_lint.cli.deployments import deployments as run

    raise SystemExit(run(path, **options))


@cli.command()
@click.argument("service", required=False)
@click.option("--deployment", metavar="NAME", help="The deployment of the service.")
@click.option("--settings", "classes", multiple=True, metavar="CLASS", help="Only this settings class.")
@click.option("--format", "output_format", type=click.Choice(("table", "markdown", "dotenv", "json")))
@click.option("--reveal", is_flag=True, help="Show secrets.")
@click.option(
    "--check", type=click.Path(path_type=Path), help="Say how this env file or Markdown table differs."
)
@click.option(
    "--config", "config_file", type=click.Path(path_type=Path), help="Read this configuration file."
)
@click.option("--isolated", is_flag=True, help="Read no configuration file.")
def env(service: str | None, **options: Any) -> None:
    """Show the environment that SERVICE gets; without one, every variable that the settings read."""
    from dotmac_lint.cli.env import env as run

    raise SystemExit(run(service, **options))


@cli.command()
@click.argument("path", default=".", type=click.Path(path_type=Path))
@click.option("--production", is_flag=True, help="For the deployment that runs in production.")
@click.option("--deployment", metavar="NAME", help="For this deployment.")
@click.option("--example", is_flag=True, help="Make no secrets: an example to commit.")
@click.option(
    "--output", "-o", type=click.Path(path_type=Path, dir_okay=False), help="Write a new file, with mode 600."
)
@click.option(
    "--config", "config_file", type=click.Path(path_type=Path), help="Read this configuration file."
)
@click.option("--isolated", is_flag=True, help="Read no configuration file.")
def init_env(path: Path, **options: Any) -> None:
    """Print the env file that a deployment of the repository at PATH needs, with secrets made for it."""
    from dotmac_lint.cli.init_env import init_env as run

    raise SystemExit(run(path, **options))


@cli.command("config")
@click.argument("path", default=".", type=click.Path(path_type=Path))
@click.option("--schema", is_flag=True, help="Print the JSON schema of every configuration.")
@click.option("--format", "output_format", type=click.Choice(["table", "json"]), default="table")
@click.option(
    "--config", "config_file", type=click.Path(path_type=Path), help="Read this configuration file."
)
@click.option("--isolated", is_flag=True, help="Read no configuration file.")
def show_config(path: Path, **options: Any) -> None:
    """Show the configuration of the repository at PATH, and where each value is from."""
    from dotmac_lint.cli.settings import show

    raise SystemExit(show(path, **options))


@cli.command()
@click.option(
    "--cache-dir", type=click.Path(path_type=Path, file_okay=False), help="The folder of the cache."
)
def clean(cache_dir: Path | None) -> None:
    """Remove what earlier runs read from the cache."""
    from dotmac_lint import cache
    from dotmac_lint.cli.output import fail, tell

    folder = cache_dir or cache.default_folder()
    try:
        existed = cache.clean(folder)
    except OSError as error:
        raise SystemExit(
            fail(f"the cache in {folder} cannot be removed: {error.strerror or error}")
        ) from error
    tell(f"Removed the cache in {folder}." if existed else f"There is no cache in {folder}.")


@cli.command()
@click.argument("service")
@click.argument("path", default=".", type=click.Path(path_type=Path))
@click.option("--deployment", metavar="NAME", help="The deployment; default: the one for production.")
@click.option("--reveal", is_flag=True, help="Show the values of secrets.")
@click.option("--format", "output_format", type=click.Choice(["table", "json"]), default="table")
@click.option(
    "--config", "config_file", type=click.Path(path_type=Path), help="Read this configuration file."
)
@click.option("--isolated", is_flag=True, help="Read no configuration file.")
def start(service: str, path: Path, **options: Any) -> None:
    """Simulate the start of SERVICE: its settings, and what their guards would say. Nothing is run."""
    from dotmac_lint.cli.start import start as run

    raise SystemExit(run(service, path, **options))


@cli.command()
@click.argument("repositories", type=click.Path(path_type=Path))
@click.option(
    "--output",
    "-o",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Keep all results there.",
)
@click.option("--jobs", "-j", type=click.IntRange(1), help="So many at once. Default: one a core.")
@click.option("--scheduler", metavar="ADDRESS", help="Lint on the Dask cluster of this scheduler.")
@click.option(
    "--time-limit", type=click.FloatRange(1), default=300.0, help="Seconds a repository. Default: 300."
)
@click.option(
    "--clones", type=click.Path(path_type=Path, file_okay=False), help="Clone what has a URL there."
)
@click.option("--fresh", is_flag=True, help="Begin anew where the last run was cut short.")
@_choosing
@click.option("--quiet", "-q", is_flag=True, help="No progress.")
def fleet(repositories: Path, **options: Any) -> None:
    """Lint many repositories: the file REPOSITORIES names a checkout or a URL a line.

    A repository that crashes, hangs or is killed is accounted for, and the others go on. A run that was cut short
    goes on where it is started again.
    """
    from dotmac_lint.cli.fleet import fleet as run

    raise SystemExit(run(repositories, **options))
