"""Values that their own form gives away: addresses of mail, web, networks and devices, and file names of pictures."""

from __future__ import annotations

import ipaddress
import re

EMAIL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.\-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9\-]{0,62})\.)+[A-Za-z]{2,24}")
MAC = re.compile(r"(?:[0-9A-Fa-f]{2}([:\-]))(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}|(?:[0-9A-Fa-f]{4}\.){2}[0-9A-Fa-f]{4}")
URL = re.compile(r"(?:https?://|www\.)[^\s/]+(?P<path>/\S*)?", re.IGNORECASE)
_USER_PATH = re.compile(
    r"https?://(?:\w+:\w*@|(?:www\.)?(?:twitter|x|facebook|instagram|github|tiktok|threads|gitlab|pinterest|vk)\.(?:com|net)/(?!p/)[\w.@\-]+/?$"
    r"|(?:\w+\.)?linkedin\.com/in/[\w.%\-]+|[^\s/]+/(?:~|@|users?/|profiles?/|people/|members?/|u/)[\w.%\-]+)",
    re.IGNORECASE,
)
_PICTURE = re.compile(r"[^\n]*\.(?:jpe?g|png|gif|bmp|tiff?|heic|webp|dcm)(?:\?\S*)?", re.IGNORECASE)
_USERNAME = re.compile(r"@?[A-Za-z][A-Za-z0-9_.\-]{1,38}[A-Za-z0-9_]")


def is_email(value: str) -> bool:
    return EMAIL.fullmatch(value.strip()) is not None


def is_mac(value: str) -> bool:
    return MAC.fullmatch(value.strip()) is not None


def is_ip(value: str) -> bool:
    """An IPv4 or IPv6 address, dotted or with colons (a plain number is none)."""
    text = value.strip()
    if not (text.count(".") == 3 or text.count(":") >= 2) or (not text[:1].strip(":") and not text.startswith("::")):
        return False
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def is_url(value: str) -> bool:
    return URL.fullmatch(value.strip()) is not None


def is_user_url(value: str) -> bool:
    """A web address whose path or log-in part names somebody."""
    return value[:4].casefold() == "http" and _USER_PATH.match(value.strip()) is not None


def is_picture(value: str) -> bool:
    return _PICTURE.fullmatch(value.strip()) is not None


def is_username(value: str) -> bool:
    return _USERNAME.fullmatch(value.strip()) is not None
