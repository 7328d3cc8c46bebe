"""Where things are on the internet of loopback.

Names lead to 127.0.0.2, which counts as public there and nowhere else; 127.0.0.1 is the inside.
"""

OUTSIDE = "127.0.0.2"
INSIDE = "127.0.0.1"
SITE = "fakesite.com"
MEDIA = "cdn.fakemedia.net"
