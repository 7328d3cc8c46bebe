"""The gate: which links may be fetched, and which addresses may be asked on the way.

Pure: nothing is looked up and nothing is opened here. A link is refused unless each part of it is
of the plainest kind, so that no two readers of it (this module, urllib, urllib3, the site) can
disagree on which machine it names. Its host is compared by registrable domain, as the public
suffix list has it, never by how its text ends. Messages name the host at most: the rest of a link
may hold secrets.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote

import tldextract

from clipping.errors import NeedsPerson, UnsafeUrl

LONGEST_LINK = 2_000

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_SHOWN_CHARS = 80
_LOOK_ALIKE = "The host of the link holds letters that can be mistaken for others."
_NUMBERED = "The link names a machine by its number instead of its name."
_ASCII = "".join(chr(code) for code in range(0x21, 0x7F))


@dataclass(frozen=True)
class Site:
    """A site whose links are always allowed.

    ``extractors`` are the names of yt-dlp's extractors that may read its pages, as regular
    expressions; searches, and shorteners that lead anywhere, are not among them.
    """

    key: str
    name: str
    domains: tuple[str, ...]
    extractors: tuple[str, ...]


SITES = (
    Site(
        "youtube",
        "YouTube",
        ("youtube.com", "youtu.be", "youtube-nocookie.com"),
        (
            "youtube",
            "youtubeytbe",
            "youtubelivestreamembed",
            "youtube:(tab|playlist|user|clip|consent|truncated_id|truncated_url)",
        ),
    ),
    Site("tiktok", "TikTok", ("tiktok.com",), ("tiktok", "tiktok:(user|live)", "vm.tiktok")),
    Site("instagram", "Instagram", ("instagram.com",), ("instagram", "instagram:(user|story)")),
    Site("x", "X", ("x.com", "twitter.com"), ("twitter", "twitter:(?!shortener).*")),
    Site("twitch", "Twitch", ("twitch.tv",), ("twitch:.*",)),
    Site("vimeo", "Vimeo", ("vimeo.com",), ("vimeo", "vimeo:.*")),
)

_ANY_BUT_GENERIC = ("default", "-generic")
"""For hosts that the settings add: whichever extractor knows their pages."""


@dataclass(frozen=True)
class Link:
    """A link that may be fetched: plain https, of a site that is allowed."""

    url: str
    """Lower-case host, no port, no fragment."""
    site: str
    """``youtube``, ``tiktok``, ``instagram``, ``x``, ``twitch``, ``vimeo``, or the domain."""
    site_name: str
    """The site as people write it."""
    domains: tuple[str, ...]
    """The registrable domains of the site."""
    extractors: tuple[str, ...]
    """Which of yt-dlp's extractors may read it; see :class:`Site`."""


def check_link(url: str, hosts: Collection[str] = ()) -> Link:
    """The link as it may be fetched.

    :param hosts: Registrable domains that are allowed beside those of :data:`SITES`; see
        :func:`extra_domains`.
    :raises UnsafeUrl: It is not plain https to an allowed site; one sentence says why.
    """
    if len(url) > LONGEST_LINK:
        raise UnsafeUrl(f"The link is longer than {LONGEST_LINK} characters.")
    scheme, rest = url[:8].lower(), url[8:]
    host, rest = _taken_apart(scheme + rest, {443})
    rest = rest.partition("#")[0]
    # A fragment is for browsers; yt-dlp reads instructions to itself out of one.
    path = quote(rest if rest.startswith("/") else f"/{rest}", safe=_ASCII)
    domain = registrable_domain(host)
    if "xn--" in host and domain not in hosts:
        raise UnsafeUrl(_LOOK_ALIKE)
    for site in SITES:
        if domain in site.domains:
            return Link(
                url=f"https://{host}{path}",
                site=site.key,
                site_name=site.name,
                domains=site.domains,
                extractors=site.extractors,
            )
    if domain and domain in hosts:
        return Link(
            url=f"https://{host}{path}",
            site=domain,
            site_name=domain,
            domains=(domain,),
            extractors=_ANY_BUT_GENERIC,
        )
    names = ", ".join(site.name for site in SITES)
    raise UnsafeUrl(
        f"{_shown(host)} is not a site whose links are fetched; those are {names} and the domains "
        "named in CLIPPER_LINK_HOSTS."
    )


def check_request(url: str) -> None:
    """Whether a download may ask this address, to which a page, redirect or playlist led it.

    Media lies on other hosts than the page, so any name on the public internet is allowed; where
    the name leads is checked when it is looked up.

    :raises UnsafeUrl: It is not https, or its host is not a name of the public internet.
    """
    host, _ = _taken_apart(url, None)
    # Media may also lie on a host below which others have names of their own (s3.amazonaws.com).
    if "." not in host or not _suffix_list()(host).suffix:
        raise UnsafeUrl(f"The link leads to {_shown(host)}, which is no name of the internet.")


def extra_domains(setting: str) -> tuple[str, ...]:
    """The domains that the setting ``CLIPPER_LINK_HOSTS`` names.

    :raises NeedsPerson: One of them is not a registrable domain.
    """
    domains = tuple(part.strip().lower() for part in setting.split(",") if part.strip())
    for domain in domains:
        plain = domain.isascii() and all(map(_LABEL.fullmatch, domain.split(".")))
        if not plain or registrable_domain(domain) != domain:
            raise NeedsPerson(
                f"CLIPPER_LINK_HOSTS names {_shown(domain)}, which is not a domain that somebody "
                "can register, such as example.org."
            )
    return domains


def registrable_domain(host: str) -> str:
    """The part of a host name that somebody registered, empty when there is none."""
    return _suffix_list()(host).top_domain_under_public_suffix


@lru_cache(maxsize=1)
def _suffix_list() -> tldextract.TLDExtract:
    # The list that came with the package: nothing is fetched, and no cache is kept in a home.
    # Private suffixes count, so that one user of a hosting domain does not vouch for another.
    return tldextract.TLDExtract(
        cache_dir=None, suffix_list_urls=(), include_psl_private_domains=True
    )


def _taken_apart(url: str, ports: Collection[int] | None) -> tuple[str, str]:
    """Host and what follows it; ``ports`` that may be named, None for all.

    :raises UnsafeUrl: A part is not of the plainest kind.
    """
    if not url.isprintable() or any(character.isspace() for character in url):
        raise UnsafeUrl("The link holds spaces or invisible characters.")
    if "\\" in url:
        raise UnsafeUrl("The link holds a backslash.")
    if not url.startswith("https://"):
        scheme = _SCHEME.match(url)
        raise UnsafeUrl(
            "Only links that begin with https:// are fetched"
            + (f", not {_shown(scheme[0])}" if scheme else "")
            + "."
        )
    authority = re.split(r"[/?#]", url[8:], maxsplit=1)[0]
    if "@" in authority:
        raise UnsafeUrl("The link holds a user name before its host; leave it out.")
    if not authority.isascii():
        # Before anything is put in lower case: the Kelvin sign would become a plain k.
        raise UnsafeUrl(_LOOK_ALIKE)
    if "[" in authority:
        raise UnsafeUrl(_NUMBERED)
    host, colon, port = authority.lower().partition(":")
    _check_host(host)
    if colon:
        named = int(port) if re.fullmatch(r"[1-9][0-9]{0,4}", port) else 0
        if not (0 < named < 65536 if ports is None else named in ports):
            raise UnsafeUrl("The link names a port; leave it out.")
    return host, url[8 + len(authority) :]


def _check_host(host: str) -> None:
    """:raises UnsafeUrl: It is no plain name: a number, encoded, or nothing at all."""
    if _NUMBER.fullmatch(host.rstrip(".").rpartition(".")[2]):
        raise UnsafeUrl(_NUMBERED)
    if not host:
        raise UnsafeUrl("The link names no host.")
    if "%" in host:
        raise UnsafeUrl("The host of the link is encoded.")
    if len(host) > 253 or not all(map(_LABEL.fullmatch, host.split("."))):
        raise UnsafeUrl(f"{_shown(host)} is not the name of a host.")


def _shown(text: str) -> str:
    return text if len(text) <= _SHOWN_CHARS else text[: _SHOWN_CHARS - 1] + "…"
