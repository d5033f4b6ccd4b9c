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

original=${1:-${WINPYTHON:-}}
repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

lacks() {
    echo "$1" >&2
    exit 2
}
command -v wine >/dev/null || lacks "wine is needed (Debian: apt-get install wine wine64)"
[ -f "$original/python.exe" ] || lacks "give the folder of a Python for Windows: $0 FOLDER"
for package in aiohttp prometheus_client psutil pydantic_core pywin32_system32 yaml; do
    [ -d "$original/Lib/site-packages/$package" ] || lacks "$package is missing in $original/Lib/site-packages"
done

scratch=$(mktemp -d)
export WINEPREFIX=$scratch/prefix WINEARCH=win64 WINEDEBUG=-all WINEDLLOVERRIDES="mscoree,mshtml="
export PYTHONDONTWRITEBYTECODE=1 PYTHONPATH="Z:${repository//\//\\}"
finish() {
    # Only this prefix's processes; the folder cannot go before they have.
    timeout 60 wineserver -k || true
    timeout 60 wineserver -w || true
    rm -rf "$scratch"
}
trap finish EXIT

# The service's program and its libraries must stand beside Python's own.
cp -R "$original" "$scratch/python"
cp "$scratch"/python/Lib/site-packages/pywin32_system32/*.dll "$scratch/python/"
mkdir "$WINEPREFIX" "$scratch/site"

# Wine's service manager would keep a pipe of ours open, so it starts first, and without one.
timeout 60 wineserver -p1200 </dev/null >/dev/null 2>&1
timeout 300 wine cmd /c exit </dev/null >/dev/null 2>&1

# Python there dies of a standard output that is a file.
status=0
echo | timeout 900 wine "$scratch/python/python.exe" "$repository/tests/wine/story.py" "Z:${scratch//\//\\}\\site" 2>&1 |
    cat || status=1
exit "$status"
