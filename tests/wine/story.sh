#!/bin/bash
# Play a cut path, a restart and a stop through a real agent that watches real services, under wine's service manager.
#
#   tests/wine/story.sh [FOLDER]     or WINPYTHON=FOLDER tests/wine/story.sh
#
# Exits 0 if all came as it had to, 1 on a difference, 2 without what it needs: wine (of 64 bits), and in FOLDER a
# Python for Windows (python.exe beside python3XY.dll) with all that the agent and pywin32 need in Lib/site-packages, as
# their wheels unpack. FOLDER is copied and not changed; all of wine's own files are in a folder of their own, which is
# removed. Everything is on loopback. It takes four minutes.
set -euo pipefail
# shellcheck source=tests/wine/windows.sh
source "$(dirname "${BASH_SOURCE[0]}")/windows.sh"

windows "${1:-${WINPYTHON:-}}" aiohttp prometheus_client psutil pydantic_core pywin32_system32 yaml
mkdir "$scratch/site"
run 900 "$repository/tests/wine/story.py" "$scratch/site"
