"""Keys, tokens and passwords in cells."""

from __future__ import annotations

import math
import re
from collections import Counter

from ..comparison import Comparison
from ..texts import Texts, real_texts
from .scan import CellScan, Hits

# Kind, a lower-case text that must be there, and the whole form, each as its issuer documents it.
_FORMS: tuple[tuple[str, tuple[str, ...], re.Pattern[str]], ...] = (
    ("AWS access key", ("akia", "asia"), re.compile(r"(?<![A-Z0-9])A(?:KI|SI)A[A-Z2-7]{16}(?![A-Z0-9])")),
    ("Google API key", ("aiza",), re.compile(r"(?<![\w-])AIza[\w-]{35}(?![\w-])")),
    ("Google OAuth secret", ("gocspx-",), re.compile(r"GOCSPX-[\w-]{28}")),
    ("Azure storage key", ("accountkey=",), re.compile(r"AccountKey=[A-Za-z0-9+/]{40,}={0,2}", re.IGNORECASE)),
    ("Azure SAS", ("sig=",), re.compile(r"[?&]sig=[A-Za-z0-9%+/]{40,}")),
    ("GitHub token", ("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"), re.compile(r"gh[pousr]_[A-Za-z0-9]{36,}|github_pat_\w{60,}")),
    ("GitLab token", ("glpat-",), re.compile(r"glpat-[\w-]{20,}")),
    ("Slack token", ("xox", "hooks.slack.com"), re.compile(r"xox[abeoprs]-[\w-]{10,}|hooks\.slack\.com/services/T\w+/B\w+/\w{16,}")),
    ("Stripe key", ("k_live_", "k_test_", "whsec_"), re.compile(r"[sr]k_(?:live|test)_[A-Za-z0-9]{16,}|whsec_[A-Za-z0-9]{24,}")),
    ("OpenAI or Anthropic key", ("sk-",), re.compile(r"(?<!\w)sk-(?:ant-[\w-]{24,}|proj-[\w-]{24,}|[A-Za-z0-9]{40,})")),
    ("npm or PyPI token", ("npm_", "pypi-"), re.compile(r"npm_[A-Za-z0-9]{36}|pypi-[\w-]{50,}")),
    ("SendGrid key", ("sg.",), re.compile(r"(?<!\w)SG\.[\w-]{22}\.[\w-]{43}")),
    ("JSON web token", ("eyj",), re.compile(r"eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}")),
    ("private key", ("-----begin",), re.compile(r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----")),
    ("connection string", ("://",), re.compile(r"[a-z][a-z0-9+.-]{2,20}://[^\s:/@]{1,64}:[^\s:/@]{3,}@[\w.-]+", re.IGNORECASE)),
)
_CONTEXT = ("secret", "token", "apikey", "api_key", "api-key", "api key", "access key", "access_key", "passw", "pwd", "bearer")
_STATED = re.compile(
    r"(?:secret|token|api[ _-]?key|access[ _-]?key|passw(?:or)?d|pwd|bearer)\w*[\"']?\s*"
    r"(?:[:=]|\bis\b|\s)\s*[\"']?([\w+/.~!@#$%^&*=-]{8,})",
    re.IGNORECASE,
)
_NAMES_SECRET = re.compile(r"secret|token|api_?key|access_?key|private_?key|passw", re.IGNORECASE)
_LEAST_ENTROPY = 3.3  # bits per character of a random token of 16 and more; words and ids stay below, or lack digits
_LEAST_LENGTH = 16


class Secrets(CellScan):
    """Credentials by the forms of their issuers, and random-looking tokens behind a word that says what they are.

    A column that is named for secrets counts where its tokens are the real table's, or where there is no real table to tell.
    """

    id = "secrets"
    title = "Keys and tokens"
    source = "CWE-798, CWE-540; token forms as documented by AWS, Google, Microsoft, GitHub, GitLab, Slack, Stripe, RFC 7519, RFC 7468"
    what = "a key, token or password"

    def hits(self, texts: Texts, comparison: Comparison) -> Hits:
        found: Hits = {}
        for kind, literals, form in _FORMS:
            for place in texts.holding(literals):
                if form.search(texts.values[place]):
                    found.setdefault(place, kind)
        for place in texts.holding(_CONTEXT):
            match = _STATED.search(texts.values[place])
            if match and is_random(match[1]):
                found.setdefault(place, "token named as such")
        if _NAMES_SECRET.search(texts.column):
            real = set(real_texts(comparison, texts.column)) if comparison.has_real else None
            for place, text in enumerate(texts.values):
                if is_random(text) and (real is None or text in real):
                    found.setdefault(place, "token in a column named for it")
        return found


def is_random(text: str) -> bool:
    """Long, of letters and digits, without blanks, and of high entropy (Shannon, bits per character)."""
    if len(text) < _LEAST_LENGTH or " " in text or not any(map(str.isdigit, text)) or not any(map(str.isalpha, text)):
        return False
    counts = Counter(text).values()
    return -sum(count / len(text) * math.log2(count / len(text)) for count in counts) >= _LEAST_ENTROPY
