"""Who runs this, and the right that a person's account needs to be a service's."""

import sys

if sys.platform == "win32":
    import ctypes
    from collections.abc import Sequence

    import pywintypes
    import win32security

    from agent.hosting.manager import RefusedError
    from agent.hosting.windows.words import RIGHTS

    AS_SERVICE = "SeServiceLogonRight"

    def need_administrator() -> None:
        """Raises RefusedError with what is needed, and why."""
        if not ctypes.windll.shell32.IsUserAnAdmin():
            raise RefusedError("\n".join(RIGHTS))

    def let_log_on(account: str, sid: str) -> Sequence[str]:
        """As a service. That it cannot be granted here may be as well: a domain's policy may have done so."""
        try:
            wanted = win32security.POLICY_CREATE_ACCOUNT | win32security.POLICY_LOOKUP_NAMES
            policy = win32security.LsaOpenPolicy("", wanted)
            try:
                number = win32security.ConvertStringSidToSid(sid)
                win32security.LsaAddAccountRights(policy, number, (AS_SERVICE,))
            finally:
                win32security.LsaClose(policy)  # type: ignore[arg-type]
        except pywintypes.error as error:
            return [
                f"{account} needs the right to log on as a service, and it could not be granted: {error.strerror}",
                "grant it by Local Security Policy (secpol.msc), User Rights Assignment",
            ]
        return [f"{account} may log on as a service; where a domain's policy says otherwise, that counts"]
