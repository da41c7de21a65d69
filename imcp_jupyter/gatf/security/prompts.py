"""Cells that speak to a language model instead of to a reader."""

from __future__ import annotations

import base64
import binascii
import re
import unicodedata

from ..comparison import Comparison
from ..texts import Texts
from .scan import CellScan, Hits

FROM = 1.0  # summed weight from which a text counts

_OF_ORDERS = r"(?:instruction|prompt|rule|guideline|direction|command|polic(?:y|ie)|safeguard|restriction)s?"
_EARLIER = r"\b(?:previous|prior|above|earlier|preceding|your|all|any)\b"
_HIDDEN = r"\b(?:system|hidden|initial|secret)\b.{0,10}\b(?:prompt|instructions|message)"
_MODEL = r"\b(?:ai|language) (?:model|assistant|agent)s?\b|\b(?:llm|chatbot|chatgpt|claude|gemini|copilot)\b|\bsystem prompt\b"
_PATTERNS: tuple[tuple[float, str, re.Pattern[str]], ...] = tuple(
    (weight, kind, re.compile(pattern, re.IGNORECASE | re.DOTALL))
    for weight, kind, pattern in (
        (1.0, "override", r"\b(?:ignor\w*|disregard|forget|overrid\w+|bypass|skip)\b.{0,20}" + _EARLIER + r".{0,30}\b" + _OF_ORDERS),
        (1.0, "override", r"\bignoriere?n?\b.{0,40}\b(?:anweisung|regel|vorgabe)"),
        (1.0, "override", r"\bignore[zr]?\b.{0,40}\b(?:instructions|consignes)\b.{0,20}\bpr[ée]c[ée]dent"),
        (1.0, "override", r"\b(?:ignora|ignorar|olvida)\b.{0,40}\b(?:instrucciones|instru[cç][õo]es|istruzioni)\b"),
        (1.0, "reveal", r"\b(?:reveal|print|show|repeat|output|leak|display|tell me)\b.{0,30}" + _HIDDEN),
        (1.0, "markup", r"<\|(?:im_start|im_end|system|user|assistant|endoftext|eot_id|start_header_id)\|>|\[/?INST\]|<</?SYS>>"),
        (0.7, "markup", r"(?:^|\n)\s*(?:#+\s*)?(?:system|assistant)\s*:|</?system>|#+\s*(?:new )?instructions?\s*:"),
        (0.6, "role", r"\byou are now\b|\bpretend (?:to be|you)\b|\bact as (?:an? )?(?:unrestricted|admin|root|developer|dan)\b"),
        (0.6, "role", r"\bdeveloper mode\b|\bjailbr(?:eak|oken)\b|\bdo anything now\b|\bno restrictions\b"),
        (0.6, "order", r"\bnew instructions?\b|\bfollow (?:these|my) (?:new )?instructions\b|\bfrom now on\b.{0,20}\byou\b"),
        (0.6, "hide", r"\b(?:do not|don'?t|never) (?:tell|mention|inform|reveal|alert|notify)\b.{0,25}\b(?:user|human|anyone|operator)"),
        (0.5, "tool", r"\b(?:call|use|invoke|run|execute)\b.{0,15}\b(?:the )?\w+ (?:tool|function|command)\b|\bexecute the following\b"),
        (0.6, "exfiltrate", r"\b(?:send|post|forward|upload|exfiltrate|e-?mail)\b.{0,60}\b(?:to|at)\b.{0,15}(?:https?://|[\w.]+@[\w.]+)"),
        (1.0, "exfiltrate", r"!\[[^\]]*\]\(https?://[^)]*[?&][\w]+=(?:\{|\$|<|%7B)"),
        (0.5, "addressee", _MODEL),
    )
)  # fmt: skip
# One of these is in every text that the patterns find.
_ANCHORS = (
    "ignor", "disregard", "forget", "overrid", "bypass", "skip ", "olvida", "system", "hidden",
    "secret", "initial", "<|", "inst]", "<<sys", "<</sys", "assistant", "instruction",
    "you are now", "pretend", "act as", "developer mode", "jailbr", "do anything now", "no restrictions", "from now on", "tell", "mention",
    "inform", "reveal", "alert", "notify", " tool", " function", " command", "execute the following", "send", "post", "forward", "upload",
    "exfiltrate", "mail",
    "](http", "model", "agent", "llm", "chatbot", "chatgpt", "claude", "gemini", "copilot",
)  # fmt: skip
_BLOB = re.compile(r"(?<![\w+/-])[A-Za-z0-9+/_-]{24,}={0,2}(?![\w+/-])")
_INVISIBLE = dict.fromkeys([0x00AD, 0x034F, 0x180E, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0xFEFF])
_LOOK_ALIKES = str.maketrans(
    "аеорсухіјѕԁԛԝһӏкмтвнοαερτυικνΑΒΕΖΗΙΚΜΝΟΡΤΥΧАВЕКМНОРСТУХІЅ", "aeopcyxijsdqwhlkmtbhoaeptuikvABEZHIKMNOPTYXABEKMHOPCTYXIS"
)
_TAGS = range(0xE0020, 0xE007F)  # a second, invisible ASCII


class PromptInjection(CellScan):
    """Texts that give orders to a language model, by weighted patterns over the text without disguise.

    Invisible characters, look-alike letters, invisible tags and base64 are undone first; no single everyday phrase is enough.
    """

    id = "prompt_injection"
    title = "Prompt injection"
    source = "OWASP Top 10 for LLM applications 2025, LLM01; Greshake et al. 2023, Not what you've signed up for"
    what = "orders to a language model"

    def hits(self, texts: Texts, comparison: Comparison) -> Hits:
        found: Hits = {}
        disguised = [place for place, text in enumerate(texts.values) if not text.isascii()]
        blobs = [place for place, text in enumerate(texts.values) if len(text) >= 24 and _BLOB.search(text)]
        for place in sorted({*texts.holding(_ANCHORS), *disguised, *blobs}):
            kind = injection_kind(texts.values[place])
            if kind is not None:
                found[place] = kind
        return found


def injection_kind(text: str) -> str | None:
    """The heaviest kind of order in `text` where their weights reach `FROM`, else None."""
    if len(text) < 10:
        return None
    plain = undisguised(text)
    weight, kind = _weighed(plain)
    if weight >= FROM:
        return kind
    if len(text) >= 24 and any(_weighed(part)[0] >= FROM for blob in _BLOB.findall(plain) if (part := _decoded(blob))):
        return "encoded"
    return None


def undisguised(text: str) -> str:
    """`text` with invisible characters gone, invisible tags made visible and look-alike letters made Latin."""
    if text.isascii():
        return text
    shown = "".join(chr(ord(char) - 0xE0000) if ord(char) in _TAGS else char for char in text)
    return unicodedata.normalize("NFKC", shown.translate(_INVISIBLE)).translate(_LOOK_ALIKES)


def _weighed(text: str) -> tuple[float, str]:
    low = text.lower()
    if not any(anchor in low for anchor in _ANCHORS):
        return 0.0, ""
    kinds: dict[str, float] = {}
    for weight, kind, pattern in _PATTERNS:
        if weight > kinds.get(kind, 0.0) and pattern.search(text):
            kinds[kind] = weight
    return sum(kinds.values()), max(kinds, key=lambda kind: kinds[kind], default="")


def _decoded(blob: str) -> str:
    """The text in a base64 blob, '' where it holds none."""
    body = blob.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        text = base64.b64decode(body + "=" * (-len(body) % 4), validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return ""
    return text if text.isprintable() or "\n" in text else ""
