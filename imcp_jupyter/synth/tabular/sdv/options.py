"""What users may set on SDV's synthesizers, under SDV's names and with its defaults."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from ..options import EngineOptions

Distribution = Literal["norm", "beta", "truncnorm", "uniform", "gamma", "gaussian_kde"]


class GaussianCopulaOptions(EngineOptions):
    default_distribution: Distribution = Field("beta", description="the parametric shape fitted to every numeric column")


class HmaOptions(EngineOptions):
    default_distribution: Literal["norm", "beta", "truncnorm", "uniform", "gamma"] | None = Field(
        None,
        description="the parametric shape fitted to every numeric column; SDV's own when left out: beta, for children norm",
    )


class _NetworkOptions(EngineOptions):
    epochs: int = Field(300, ge=1, le=100_000, description="passes over the data")
    batch_size: int = Field(500, ge=2, le=1_000_000, description="rows of one training step")
    embedding_dim: int = Field(128, ge=1, le=10_000, description="length of the random vector behind a row")


class CtganOptions(_NetworkOptions):
    generator_lr: float = Field(2e-4, gt=0, le=1, description="learning rate of the generator")
    discriminator_lr: float = Field(2e-4, gt=0, le=1, description="learning rate of the discriminator")
    discriminator_steps: int = Field(1, ge=1, le=100, description="discriminator updates per generator update")
    log_frequency: bool = Field(True, description="levels are drawn in training by the logarithm of their frequency")
    pac: int = Field(10, ge=1, le=1_000, description="rows that the discriminator judges together; divides batch_size")

    @model_validator(mode="after")
    def _whole_packs(self) -> Self:
        # CTGAN asserts both, without a message (ctgan 0.12, synthesizers/ctgan.py, __init__).
        if self.batch_size % 2 or self.batch_size % self.pac:
            raise ValueError(f"batch_size must be even and a multiple of pac, got batch_size {self.batch_size} and pac {self.pac}")
        return self


class CopulaganOptions(CtganOptions):
    default_distribution: Distribution = Field("beta", description="the parametric shape fitted to every numeric column")


class TvaeOptions(_NetworkOptions):
    l2scale: float = Field(1e-5, ge=0, description="weight of the regularisation term")
    loss_factor: float = Field(2, gt=0, description="weight of the reconstruction error")
