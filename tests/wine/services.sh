#!/bin/bash
# Compare what the agent sees of Windows services with what real ones say of themselves, under wine's service manager.
#
#   tests/wine/services.sh [FOLDER]     or WINPYTHON=FOLDER tests/wine/services.sh
#
# Exits 0 if all is the same, 1 on a difference, 2 without what it needs: wine (of 64 bits), and in FOLDER a Python for
# Windows (python.exe beside python3XY.dll) with psutil and pywin32 in Lib/site-packages, as their wheels unpack. FOLDER
# is copied and not changed; all of wine's own files are in a folder of their own, which is removed. It takes a minute.
set -euo pipefail
# shellcheck source=tests/wine/windows.sh
source "$(dirname "${BASH_SOURCE[0]}")/windows.sh"

windows "${1:-${WINPYTHON:-}}" psutil pywin32_system32
mkdir "$scratch/said"
run 300 "$repository/tests/wine/services.py" "$scratch/said"
