"""Messages of yt-dlp 2026.10.26, and of sites through it, with what they mean to us."""

from __future__ import annotations

from clipping.errors import (
    AgeRestricted,
    BotCheck,
    ClippingError,
    DiskFull,
    DrmProtected,
    GeoBlocked,
    LinkRefused,
    LiveStream,
    LoginNeeded,
    MembersOnly,
    NetworkDown,
    NoUsableFormat,
    PrivateVideo,
    RateLimited,
    RemovedVideo,
    ServiceUnavailable,
    SiteChanged,
    UnsupportedLink,
)

HINT = (
    ". Use --cookies-from-browser or --cookies for the authentication. See  "
    "https://github.com/yt-dlp/yt-dlp/wiki/FAQ#how-do-i-pass-cookies-to-yt-dlp  for how to "
    "manually pass cookies"
)

MESSAGES: tuple[tuple[str, type[ClippingError]], ...] = (
    # youtube/_video.py, and what YouTube's player says
    (f"Private video. Sign in if you've been granted access to this video{HINT}", PrivateVideo),
    ("Video unavailable. This video is private", PrivateVideo),
    ("Video unavailable. This video has been removed by the uploader", RemovedVideo),
    ("Video unavailable", RemovedVideo),
    ("This video is not available", RemovedVideo),
    ("This video isn't available anymore", RemovedVideo),
    (
        "Video unavailable. This video is no longer available because the YouTube account "
        "associated with this video has been terminated.",
        RemovedVideo,
    ),
    ("This video has been removed for violating YouTube's policy on hate speech.", RemovedVideo),
    (
        "Video unavailable. The uploader has not made this video available in your country",
        GeoBlocked,
    ),
    (
        "Video unavailable. This video contains content from ZDF, who has blocked it in your "
        "country on copyright grounds",
        GeoBlocked,
    ),
    (f"Sign in to confirm your age. This video may be inappropriate{HINT}", AgeRestricted),
    (f"Sign in to confirm you’re not a bot{HINT}", BotCheck),
    ("Playback error. YouTube is requiring a captcha challenge before playback", BotCheck),
    (
        "This content isn't available, try again later. The current session has been rate-limited "
        "by YouTube for up to an hour.",
        RateLimited,
    ),
    (
        "Join this channel to get access to members-only content like this video, and other "
        "exclusive perks.",
        MembersOnly,
    ),
    ("This video is available to this channel's members on level: Silver", MembersOnly),
    ("This video requires payment to watch", MembersOnly),
    ("This video is only available to Music Premium members", MembersOnly),
    ("This live event will begin in 3 days.", LiveStream),
    ("Premieres in 4 hours", LiveStream),
    ("Premiere will begin shortly", LiveStream),
    ("This live event has ended.", LiveStream),
    ("This live stream recording is not available.", LiveStream),
    ("This video is DRM protected", DrmProtected),
    (
        "The following content is not available on this app. Watch on the latest version of "
        "YouTube.",
        SiteChanged,
    ),
    ("Requested format is not available. Use --list-formats for a list", NoUsableFormat),
    ("No video formats found!", NoUsableFormat),
    ("YouTube said: The playlist does not exist.", RemovedVideo),
    ("This playlist is private", PrivateVideo),
    # tiktok.py
    (
        "You do not have permission to view this post. Log into an account that has access" + HINT,
        PrivateVideo,
    ),
    (f"This user's account is private. Log into an account that has access{HINT}", PrivateVideo),
    (
        "This user's account is likely either private or all of their videos are private. "
        "Log into an account that has access",
        PrivateVideo,
    ),
    ("Your IP address is blocked from accessing this post", BotCheck),
    ("TikTok asks for a captcha challenge before playback", BotCheck),
    ("Unable to extract challenge data", BotCheck),
    (f"TikTok is requiring login for access to this content{HINT}", LoginNeeded),
    (
        f"This post may not be comfortable for some audiences. Log in for access{HINT}",
        AgeRestricted,
    ),
    ("Video not available, status code 10204", RemovedVideo),
    ("This livestream has ended", LiveStream),
    # instagram.py
    (
        "The webpage request was redirected to the login page. You have exceeded the rate-limit "
        f"for accessing posts anonymously{HINT}",
        LoginNeeded,
    ),
    (
        "This content is only available for registered users who follow this account" + HINT,
        PrivateVideo,
    ),
    ("Restricted Video: You must be 18 years old or over to see this video", AgeRestricted),
    ("There is no video in this post", UnsupportedLink),
    (
        "Instagram sent an empty media response. Check if this post is accessible in your browser "
        "without being logged-in.",
        LoginNeeded,
    ),
    # twitter.py
    (f"NSFW tweet requires authentication{HINT}", AgeRestricted),
    (f"You are not authorized to view this protected tweet{HINT}", PrivateVideo),
    ("Requested tweet is unavailable", RemovedVideo),
    ("Twitter API says: This Post is from a suspended account.", RemovedVideo),
    ("Twitter API says: This Post was deleted by the Post author.", RemovedVideo),
    ("No video could be found in this tweet", UnsupportedLink),
    ("Media #2 is not a video", UnsupportedLink),
    ("Broadcast no longer exists", RemovedVideo),
    ("This live broadcast has not yet started", LiveStream),
    ("Twitter Space not started yet", LiveStream),
    ("Twitter Space ended but not downloadable yet", LiveStream),
    ("Error(s) while querying API: Rate limit exceeded.", RateLimited),
    # twitch.py
    ("Video 123 does not exist", RemovedVideo),
    ("This clip is no longer available", RemovedVideo),
    (
        "You must be logged into an account that has access to this subscriber-only content",
        MembersOnly,
    ),
    ("The channel is not currently live", LiveStream),
    # vimeo.py
    ("This video is protected by a password, use the --video-password option", PrivateVideo),
    ("Wrong video password", PrivateVideo),
    (
        "This request has been blocked due to its TLS fingerprint. If you are using a data center "
        "IP or VPN/proxy, your IP may be blocked.",
        BotCheck,
    ),
    ("Authentication may be needed due to your location.", GeoBlocked),
    ("This event has not been made available to anyone", LinkRefused),
    ("This live event is scheduled for 2026-12-01", LiveStream),
    # extractor/common.py, YoutubeDL.py, downloader/
    (f"This video is only available for registered users{HINT}", LoginNeeded),
    ("This video is not available from your location due to geo restriction", GeoBlocked),
    ("No suitable extractor found for URL https://a.example.com/private-video", UnsupportedLink),
    ("Unsupported URL: https://a.example.com/sign-in", UnsupportedLink),
    ("unable to write data: [Errno 28] No space left on device", DiskFull),
    ("m3u8 download detected but ffmpeg could not be found. Please install", NoUsableFormat),
    ("Unable to download JSON metadata: HTTP Error 429: Too Many Requests", RateLimited),
    ("Did not get any data blocks", ServiceUnavailable),
    ("The downloaded file is empty", ServiceUnavailable),
    ("fragment 3 not found, unable to continue", ServiceUnavailable),
    (
        "Initialization fragment found after media fragments, unable to download",
        NoUsableFormat,
    ),
    ("[download] Got error: HTTP Error 429: Too Many Requests", RateLimited),
    ("[download] Got error: HTTP Error 404: Not Found", ServiceUnavailable),
    ("[download] Got error: HTTP Error 503: Busy. Giving up after 5 retries", ServiceUnavailable),
    ("[download] Got error: 10 bytes read, 20 more expected. Giving up", NetworkDown),
)
