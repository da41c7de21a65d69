"""A workspace: one folder that people and agents share."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path
from typing import ClassVar, Self

from sqlalchemy import select

from ..config import Settings
from ..errors import InvalidInput
from ..synth.signing import Signer
from .baselines import Baselines
from .database import Database
from .database import datasets as datasets_table
from .database import jobs as jobs_table
from .database import models as models_table
from .datasets import Datasets
from .jobs import Jobs
from .keys import signing_key
from .ledger import Ledger
from .owners import Owner
from .stored_models import StoredModels
from .stored_reports import StoredReports
from .trail import Trail


class Workspace:
    """Open with `Workspace.open`. Many processes may have the same workspace open at once."""

    reports_type: ClassVar[type[StoredReports]] = StoredReports  # a face may show reports its own way

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        home = settings.home
        self._make_folders(home)
        self._database = Database(home / "workspace.sqlite")
        self._owner: Owner | None = None
        self._owner_lock = threading.Lock()
        self.datasets = Datasets(self._database, self.datasets_folder)
        self.models = StoredModels(self._database, self.models_folder)
        self.reports = self.reports_type(self._database)
        self.baselines = Baselines(self._database)
        self.trail = Trail(self._database)
        self.ledger = Ledger(self._database, settings, self._hash_of)
        self.jobs = Jobs(self._database, self._owners_folder, self.owner)

    @classmethod
    def open(cls, settings: Settings | None = None) -> Self:
        """Open (or make) the workspace in ``settings.home``; what dead processes left half-done is cleaned up."""
        workspace = cls(settings or Settings.load())
        workspace.jobs.sweep()
        workspace.clean_up()
        return workspace

    @property
    def home(self) -> Path:
        return self.settings.home

    @property
    def datasets_folder(self) -> Path:
        return self.home / "datasets"

    @property
    def models_folder(self) -> Path:
        return self.home / "models"

    @property
    def staging_folder(self) -> Path:
        return self.home / "staging"

    @property
    def signer(self) -> Signer:
        """Signs and checks the models of this workspace whose files could run code. Raises `InvalidInput` for a damaged key file."""
        return Signer(signing_key(self.home / "keys"))

    @property
    def _owners_folder(self) -> Path:
        return self.home / "owners"

    def owner(self) -> Owner:
        """This process as an owner of jobs; made when its first job is."""
        with self._owner_lock:
            if self._owner is None:
                self._owner = Owner(self._owners_folder)
            return self._owner

    def ping(self) -> None:
        """Raises when the database cannot be read."""
        with self._database.read() as connection:
            connection.execute(jobs_table.select().limit(1)).first()

    def remove_staging(self, job_id: str) -> None:
        shutil.rmtree(self.staging_folder / job_id, ignore_errors=True)

    def close(self) -> None:
        if self._owner is not None:
            self._owner.release()
            self._owner = None
        self._database.close()

    def _hash_of(self, reference: str) -> tuple[str, str]:
        """Content hash and name of a dataset. Raises `NotFound`."""
        info = self.datasets.find(reference)
        return info.content_hash, info.name.removeprefix("demo:")

    def _make_folders(self, home: Path) -> None:
        try:
            for folder in (home, self.datasets_folder, self.models_folder, self.staging_folder):
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            message = f"the workspace folder cannot be made: {error}"
            raise InvalidInput(message, field="IMCP_HOME", hint="set IMCP_HOME to a writable folder") from None

    def clean_up(self) -> None:
        """Remove files that belong to nobody: staged ones of ended jobs, and moved ones whose job died before its transaction."""
        with self._database.read() as connection:
            unfinished = select(jobs_table.c.id).where(jobs_table.c.state.in_(("queued", "running")))
            active = {row.id for row in connection.execute(unfinished)}
            owned = {row.file for row in connection.execute(select(datasets_table.c.file).union(select(models_table.c.file)))}
        for folder in self.staging_folder.iterdir():
            if folder.name not in active:
                shutil.rmtree(folder, ignore_errors=True)
        if active:
            return  # a running job may be about to name its files
        for file in (*self.datasets_folder.iterdir(), *self.models_folder.iterdir()):
            if file.name not in owned:
                file.unlink(missing_ok=True)
