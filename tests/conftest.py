"""What every test may ask for: a database of its own on both engines, the application, a client."""

from __future__ import annotations

import faulthandler
import fcntl
import gc
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
import pytest
from _pytest.faulthandler import fault_handler_stderr_fd_key
from flask import Flask
from hypothesis import HealthCheck, is_hypothesis_test
from hypothesis import settings as examples
from sqlalchemy import Engine, make_url
from sqlalchemy.orm import Session

from survey import db, library, migrations
from survey.config import Config, sqlite_url
from survey.files.stores import contents_of
from survey.joining import STATIC, create_app
from survey.lifecycle.step import Step
from survey.running import commands
from tests.support import cheaper, kept_worlds, logged
from tests.support.client import CheckingClient
from tests.support.cluster import Cluster
from tests.support.guardian import FOLDER, Guardian
from tests.support.order import in_portions
from tests.support.world import World

# How long an example takes is the machine's doing, and no fault of what it tries. By day the same
# ones are tried every time: a run tells of what was changed, not of its dice. The night has new ones.
whatever_the_machine = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
examples.register_profile("by day", **whatever_the_machine, derandomize=True)
examples.register_profile("by night", **whatever_the_machine)

GUARDIAN = pytest.StashKey[Guardian]()
TEMPLATE = "template_migrated"
MEMORY, DISK = "/dev/shm", "/tmp"  # noqa: S108  # a fresh folder inside either is ours alone
ROOM_BYTES = 4 << 30
_numbers = count(1)


def pytest_configure(config: pytest.Config) -> None:
    """Make the run's folder in the main process; workers find it in their environment."""
    config.pluginmanager.register(Order())
    examples.load_profile("by night" if _is_night(config) else "by day")
    if not hasattr(config, "workerinput"):
        folder = tempfile.mkdtemp(prefix="survey-tests-", dir=_fast_ground())
        Path(folder).chmod(0o755)  # PostgreSQL may run as another user
        # Whatever a test or a program it starts lays down goes away with the folder.
        os.environ |= {FOLDER: folder, "TMPDIR": folder, "PYTEST_DEBUG_TEMPROOT": folder}
        tempfile.tempdir = folder
        config.stash[GUARDIAN] = Guardian(Path(folder))
        _drop_stale_packs()


def _fast_ground() -> str:
    """Return memory where there is plenty, else the disk: most tests wait for little but syncs.

    Short on purpose: the path of a socket under it has 107 letters at most.
    """
    roomy = os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= ROOM_BYTES
    return MEMORY if roomy else DISK


def _drop_stale_packs() -> None:
    """Remove packed static files older than their source: the server would prefer them."""
    for pack in (*STATIC.rglob("*.br"), *STATIC.rglob("*.gz")):
        source = pack.with_suffix("")
        if not source.exists() or source.stat().st_mtime > pack.stat().st_mtime:
            pack.unlink(missing_ok=True)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Take everything away again; a run that cannot is cleared away all the same."""
    if guardian := config.stash.get(GUARDIAN, None):
        guardian.dismiss()


def _is_night(config: pytest.Config) -> bool:
    return config.option.markexpr == "nightly"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark tests by what they use, so that `-m "not browser"` leaves the slow ones out."""
    for item in items:
        if _is_night(config) and is_hypothesis_test(getattr(item, "obj", None)):
            item.add_marker("nightly")
        parameters = getattr(item, "callspec", None)
        if parameters and parameters.params.get("database_url") == "postgresql":
            item.add_marker("postgres")
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")


class Order:
    """Asked last: what is left out by its mark is no part of a portion."""

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        if shared := getattr(config, "workerinput", None):
            items[:] = in_portions(items, shared["workercount"])


def pytest_collection_finish() -> None:
    """Leave what every test stands on out of the collector's rounds: modules, and all the tests.

    Its rounds through everything else were a sixth of all the work; they come seldom.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(700, 10, 200)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> None:
    """Let no test hang at its end either: pytest looks at no clock once a test has failed."""
    if seconds := float(item.config.getini("faulthandler_timeout")):
        said = item.config.stash[fault_handler_stderr_fd_key]
        faulthandler.dump_traceback_later(seconds, file=said, exit=True)


@pytest.fixture(scope="session", autouse=True)
def _cheaply() -> None:
    cheaper.hash_passwords_cheaply()
    cheaper.make_applications_cheaply()
    cheaper.share_statements()
    cheaper.parse_files_once()


@pytest.fixture(scope="session")
def run_folder() -> Path:
    return Path(os.environ[FOLDER])


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold what all worker processes of this run share."""
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def postgres(run_folder: Path) -> Cluster:
    """The run's one throw-away cluster, with a migrated database to copy from."""
    cluster = Cluster(run_folder / "postgres")
    with _alone(run_folder):
        if not cluster.folder.exists():
            cluster.create()
            _administer(cluster, f"CREATE DATABASE {TEMPLATE}")
            _migrate(cluster.url(TEMPLATE), run_folder)
    return cluster


@pytest.fixture(scope="session")
def migrated_file(run_folder: Path) -> Path:
    """A migrated SQLite file to copy from."""
    path = run_folder / "template.db"
    with _alone(run_folder):
        if not path.exists():
            making = run_folder / "template.making"
            making.unlink(missing_ok=True)
            _migrate(sqlite_url(making), run_folder)
            making.rename(path)
    return path


def _migrate(url: str, folder: Path) -> None:
    engine = db.engine_for(url, create=True)
    migrations.migrate(engine, folder)
    engine.dispose()


def _administer(cluster: Cluster, statement: str) -> None:
    with psycopg.connect(cluster.url("postgres"), autocommit=True) as connection:
        connection.execute(statement.encode())


@pytest.fixture
def instance(tmp_path: Path) -> Path:
    """An installation's folder, empty."""
    folder = tmp_path / "instance"
    folder.mkdir()
    return folder


@contextmanager
def _a_database(
    kind: str, folder: Path, request: pytest.FixtureRequest, template: str = TEMPLATE
) -> Iterator[str]:
    """A migrated database of one kind, empty but for its template's rows; SQLite's lies in the folder."""
    if kind == "sqlite":
        if template == TEMPLATE:
            shutil.copyfile(request.getfixturevalue("migrated_file"), folder / "survey.db")
        yield sqlite_url(folder / "survey.db")
        return
    cluster: Cluster = request.getfixturevalue("postgres")
    name = f"test_{os.getpid()}_{next(_numbers)}"
    _administer(cluster, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
    yield cluster.url(name)
    _administer(cluster, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, instance: Path) -> Iterator[str]:
    """A migrated database of this test's own, on each of the two engines: empty, or with its world."""
    kind, template = request.param, TEMPLATE
    if "world" in request.fixturenames:
        kept = _kept_world(kind, request)
        shutil.copytree(kept, instance, dirs_exist_ok=True)
        template = kept.name
    with _a_database(kind, instance, request, template) as url:
        yield url


def _kept_world(kind: str, request: pytest.FixtureRequest) -> Path:
    """Return an installation with a world in it, made once a run; PostgreSQL has a database of its name."""
    run_folder: Path = request.getfixturevalue("run_folder")
    folder = run_folder / f"template_world_{kind}"
    empty = request.getfixturevalue("migrated_file" if kind == "sqlite" else "postgres")
    with _alone(run_folder):
        if not folder.with_suffix(".kept").exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            if kind == "sqlite":
                shutil.copyfile(empty, folder / "survey.db")
                url = sqlite_url(folder / "survey.db")
            else:
                _administer(empty, f"DROP DATABASE IF EXISTS {folder.name}")
                _administer(empty, f"CREATE DATABASE {folder.name} TEMPLATE {TEMPLATE}")
                url = empty.url(folder.name)
            kept_worlds.keep(_settings(folder, url), folder.with_suffix(".kept"))
    return folder


@pytest.fixture
def world(
    request: pytest.FixtureRequest, database_url: str, session: Session, settings: Config
) -> World:
    """Two whole firms, who are there before anything else is."""
    kept = _kept_world(make_url(database_url).get_backend_name(), request)
    return kept_worlds.again(session, settings, kept.with_suffix(".kept"))


@pytest.fixture(params=["sqlite", "postgresql"])
def other_settings(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Config]:
    """A second installation, empty, on each of the two engines."""
    (folder := tmp_path / "other").mkdir()
    with _a_database(request.param, folder, request) as url:
        yield Config(
            instance=folder,
            database_url=url,
            secret_key="another-" + "1" * 32,
            base_url="http://localhost",
            testing=True,
        )


@pytest.fixture
def settings(instance: Path, database_url: str) -> Config:
    return _settings(instance, database_url)


def _settings(instance: Path, database_url: str) -> Config:
    return Config(
        instance=instance,
        database_url=database_url,
        secret_key="tests-only-" + "0" * 32,
        base_url="http://localhost",
        testing=True,
    )


@pytest.fixture
def engine(settings: Config) -> Iterator[Engine]:
    engine = db.engine_for(settings.database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def session(engine: Engine, settings: Config) -> Iterator[Session]:
    """A database session as a request has it."""
    installed = library.Installed(settings.instance / library.FOLDER, contents_of(settings))
    with Session(engine, expire_on_commit=False, info={library.INSTALLED: installed}) as session:
        yield session


@pytest.fixture
def app(settings: Config, engine: Engine, session: Session) -> Flask:
    app = create_app(settings, engine)
    commands.init_app(app)  # as wsgi.py joins them
    app.test_client_class = CheckingClient
    cheaper.share_templates(app)
    app.extensions["tests_session"] = session
    return app


@pytest.fixture
def client(app: Flask) -> CheckingClient:
    """Nobody signed in yet. Every page it opens is checked."""
    client = app.test_client()
    assert isinstance(client, CheckingClient)
    return client


@pytest.fixture(autouse=True)
def _every_step_is_logged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Step, "writing", logged.watched)
