"""Is the file of a model safe to load?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ..comparison import Comparison
from ..measure import Finding, Measure, incidence
from ..security.model_file import ModelFault


class ModelFile(Measure):
    """Faults of a model's file, and whether the workspace refused to load it (a signature that is missing or not its own)."""

    id = "model_file"
    dimension = "security"
    title = "Safe model file"
    source = "CWE-502, Deserialization of Untrusted Data; pickletools; signatures by HMAC-SHA256 (RFC 2104)"
    critical = True
    needs_real = False

    def __init__(self, faults: Sequence[ModelFault], refusal: str | None = None) -> None:
        self.faults, self.refusal = faults, refusal

    @property
    def is_safe(self) -> bool:
        return not self.faults and self.refusal is None

    def run(self, comparison: Comparison) -> Finding:
        said = "The file holds JSON and arrays only, or code that this workspace signed."
        if self.refusal is not None:
            said = f"The model cannot be loaded: {self.refusal}."
        if self.faults:
            said = f"The file has {len(self.faults)} faults; the first: {self.faults[0].part or 'the file'} {self.faults[0].detail}."
        evidence = {
            "kinds": dict(Counter(fault.kind for fault in self.faults)),
            "parts": [f"{fault.part or 'the file'}: {fault.detail}"[:200] for fault in self.faults[:10]],
        }
        return incidence(len(self.faults) + (self.refusal is not None), 1, said, {} if self.is_safe else evidence)
