"""Who may read a file, and files that nobody else may read; alike on every platform.

opened      a descriptor to read from, and why others can read or change what it leads to, if they can
create      a new file that is ours alone from its first moment
take_place  a file takes the place of another one, and who may read it stays as it was
"""

import sys

if sys.platform == "win32":
    from agent.ground.permission_windows import create, opened, take_place
else:
    from agent.ground.permission_posix import create, opened, take_place

__all__ = ["create", "opened", "take_place"]
