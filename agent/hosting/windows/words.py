"""What Windows says when it does not do what it is asked for, in our words. Pure."""

from agent.ground.text import plain

RIGHTS = (
    "this needs the rights of an administrator: open PowerShell by Run as administrator, and do it again.",
    "What it does with them: create, change, start and stop a service; register a source of events; set access lists",
    "under %ProgramData%\\ssoreach; with --firewall-scope add rules to this host's firewall; for an account with a",
    "password grant the right to log on as a service.",
)

NO_ANSWER = "it did not answer the service control manager in time"
NO_LOG_ON = "its account could not log on: its password, or the right to log on as a service"

SAID = {
    5: "access denied",
    1051: "other services that depend on it still run",
    1053: NO_ANSWER,
    1057: "there is no such account, or its password is wrong",
    1058: "it is disabled: Set-Service ssoreach -StartupType Automatic",
    1060: "it is not installed",
    1061: "it cannot do that just now; it is starting or stopping",
    1062: "it does not run",
    1069: NO_LOG_ON,
    1072: "it is being removed, as soon as nobody looks at it any more: close the Services window and Task Manager",
    1793: "its account has expired",
}


def said(number: int, text: str) -> str:
    """An error of Windows by its number; `text`: in the language of this machine."""
    return f"{SAID.get(number) or plain(text).rstrip('.')} (error {number})"
