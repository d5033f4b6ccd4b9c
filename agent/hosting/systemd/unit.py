"""The unit: what is shipped in `deploy/systemd`, and what `probe service install` writes, are this one text."""

import re
from collections.abc import Sequence

NAME = "ssoreach.service"
MARK = "# The unit of ssoreach."  # by which we know our own again
PLAIN = re.compile(r"[A-Za-z0-9_/.,:@+=-]+")
CREDENTIALS = ("ssoreach-key", "ssoreach-web", "ssoreach-web.crt", "ssoreach-web.key", "ssoreach-web-ca.crt")

# What the comments say of directives was tried on Debian 12 (systemd 252), where all that stands here works.
TEXT = f"""\
{MARK} `probe service install` writes it anew: changes belong into a drop-in (systemctl edit ssoreach).
# With each directive stands what it is for, where its name does not say it, or what it would break.
[Unit]
Description=Reachability probe agent for BizTalk Server's Enterprise SSO
Documentation=man:systemd.exec(5)
# Which host of the file this machine is, its own addresses tell.
Wants=network-online.target
After=network-online.target nss-lookup.target
# A start that fails may come right by itself (an address that is not there yet); after half an hour it will not.
StartLimitIntervalSec=1800
StartLimitBurst=60

[Service]
Type=notify
NotifyAccess=main
# ":" takes every "$" in a path as it is.
ExecStart=@RUN@
# The agent reads its file anew; what systemctl reload says of it, and its exit code, is from the second command.
ExecReload=/bin/sh -c 'kill -s HUP "$MAINPID"'
ExecReload=@CHECK@
# Fed by the event loop of the agent, for as long as it turns and rounds are made in it.
WatchdogSec=60
TimeoutStartSec=120
# It asks for more, up to 90 seconds, while it is still writing what it knows.
TimeoutStopSec=20
Restart=on-failure
RestartSec=20

# An account of its own while it runs; what it remembers is in /var/lib/private/ssoreach.
DynamicUser=yes
StateDirectory=ssoreach
StateDirectoryMode=0700
UMask=0077
# From /etc/credstore, where only root reads; those that are not there are left out.
@CREDENTIALS@

# Files. ProtectSystem=strict leaves the state directory to write in, and nothing else.
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateMounts=yes
PrivateDevices=yes
ProtectClock=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectControlGroups=yes
# Not ProtectProc=invisible: the SSO service is looked for among all processes, and it would be taken for stopped.
# Not ProcSubset=pid: /metrics needs /proc/stat, and what is held for others needs the TCP table.
ProtectProc=default
ProcSubset=all
RemoveIPC=yes

# Rights. It needs none: connects, ICMP errors by the error queue and ports from 1024 on take no capability.
# What nft lists takes one, so that whether this host's own firewall admits others stays unknown (docs/systemd.md).
CapabilityBoundingSet=
AmbientCapabilities=
NoNewPrivileges=yes
PrivateUsers=yes
RestrictSUIDSGID=yes
RestrictNamespaces=yes
RestrictRealtime=yes
LockPersonality=yes
KeyringMode=private
# Of use to what is compiled as it runs, which Python is not.
MemoryDenyWriteExecute=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources @obsolete
SystemCallErrorNumber=EPERM
# Unix sockets: systemd, journal and name service. Without netlink this machine's own addresses are not seen, and the
# agent does not start.
RestrictAddressFamilies=AF_INET AF_INET6 AF_NETLINK AF_UNIX
# Probes go wherever the file says; so neither PrivateNetwork nor IPAddressDeny.

# Bounds for a fault of ours; a site of a thousand peers takes less.
MemoryMax=1G
TasksMax=256
LimitNOFILE=16384
LimitCORE=0

[Install]
WantedBy=multi-user.target
"""


def unit(command: Sequence[str], config: str, host: str | None = None) -> str:
    """`command`: how this installation is started. Raises ValueError where something cannot be written in a unit."""
    own = ["--host", host] if host is not None else []
    parts = {
        "@RUN@": _line([*command, "run", "--config", config, *own]),
        "@CHECK@": _line([*command, "check-config", "--config", config]),
        "@CREDENTIALS@": "\n".join(f"LoadCredential={name}" for name in CREDENTIALS),
    }
    return re.sub("|".join(parts), lambda found: parts[found[0]], TEXT)


def is_ours(text: str) -> bool:
    """Whether `probe service install` wrote it."""
    return text.startswith(MARK)


def _line(words: Sequence[str]) -> str:
    first, *others = words
    return " ".join(map(_word, [f":{first}", *others]))


def _word(word: str) -> str:
    """As it is where that is plain. No variable is looked for in these lines, but specifiers are."""
    if not word.isprintable():
        raise ValueError(f"{word!r} has a character that a unit cannot hold")
    if PLAIN.fullmatch(word):
        return word
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{escaped}"'
