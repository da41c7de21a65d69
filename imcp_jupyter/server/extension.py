"""The Jupyter Server extension: settings as traits, routes, and the start and stop of what they share."""

from __future__ import annotations

import os
from dataclasses import Field, fields
from pathlib import Path
from typing import Any

from jupyter_server.extension.application import ExtensionApp
from traitlets import Bool, Float, HasTraits, Int, MetaHasTraits, TraitType, Unicode

from ..config import Settings
from .routes import rules
from .runtime import Runtime


def _trait(item: Field[Any]) -> TraitType[Any, Any]:
    """A setting as a trait. None, the default, leaves it to the environment and then to the setting's own default."""
    kinds: dict[str, type[TraitType[Any, Any]]] = {"int": Int, "float": Float, "bool": Bool}
    unit = f" ({item.metadata['unit']})" if item.metadata["unit"] else ""
    text = f"{item.metadata['help']}{unit}; when None, IMCP_{item.name.upper()} or the default"
    return kinds.get(str(item.type), Unicode)(None, allow_none=True, help=text).tag(config=True)


# Made from `Settings`, so that no setting can be forgotten or documented twice.
_SettingTraits: Any = MetaHasTraits("_SettingTraits", (HasTraits,), {item.name: _trait(item) for item in fields(Settings)})


class IMCP(_SettingTraits, ExtensionApp):  # type: ignore[misc]  # its base is made above
    """MCP and REST under ``{base_url}imcp/``; configure with ``c.IMCP.workers = 4``."""

    name = "imcp_jupyter"
    load_other_extensions = True
    extension_url = "/imcp/api/v1/openapi.json"

    def initialize_settings(self) -> None:
        settings = Settings.load(**{item.name: getattr(self, item.name) for item in fields(Settings)})
        # Kernels started by the lab inherit this and so find the same workspace.
        os.environ["IMCP_HOME"] = str(Path(settings.home).absolute())
        # Workers, kernels and what describes the tools read it: switched off must be off on every face.
        os.environ["IMCP_ALLOW_BUSL_ENGINES"] = str(int(settings.allow_busl_engines))
        for name in ("privacy_budget_epsilon", "privacy_budget_delta"):  # one budget, whichever face spends it
            os.environ[f"IMCP_{name.upper()}"] = repr(getattr(settings, name))
        self.settings["imcp_runtime"] = Runtime(settings)

    def initialize_handlers(self) -> None:
        self.handlers.extend(rules())

    async def _start_jupyter_server_extension(self, serverapp: Any) -> None:
        await self._runtime.opened()

    async def stop_extension(self) -> None:
        await self._runtime.close()

    @property
    def _runtime(self) -> Runtime:
        found: Runtime = self.settings["imcp_runtime"]
        return found
