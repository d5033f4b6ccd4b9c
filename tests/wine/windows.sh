# For the scripts beside it, which source it: a Python for Windows in a wine of its own.
#
#   source windows.sh
#   windows FOLDER PACKAGE...     # $scratch is then a folder to use, $repository this one; both go, and wine, at the end
#   run SECONDS PROGRAM ARGUMENT  # with that Python; its exit code

windows() {
    local original=$1 package
    shift
    repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
    command -v wine >/dev/null || lacks "wine is needed (Debian: apt-get install wine wine64)"
    [ -f "$original/python.exe" ] || lacks "give the folder of a Python for Windows: $0 FOLDER"
    for package; do
        [ -d "$original/Lib/site-packages/$package" ] || lacks "$package is missing in $original/Lib/site-packages"
    done

    scratch=$(mktemp -d)
    export WINEPREFIX=$scratch/prefix WINEARCH=win64 WINEDEBUG=-all WINEDLLOVERRIDES="mscoree,mshtml="
    export PYTHONDONTWRITEBYTECODE=1 PYTHONPATH="Z:${repository//\//\\}"
    trap finish EXIT

    # A service's program and its libraries must stand beside Python's own.
    cp -R "$original" "$scratch/python"
    cp "$scratch"/python/Lib/site-packages/pywin32_system32/*.dll "$scratch/python/"
    mkdir "$WINEPREFIX"

    # Wine's service manager would keep a pipe of ours open, so it starts first, and without one.
    timeout 60 wineserver -p1200 </dev/null >/dev/null 2>&1
    timeout 300 wine cmd /c exit </dev/null >/dev/null 2>&1
}

lacks() {
    echo "$1" >&2
    exit 2
}

finish() {
    # Only this prefix's processes; the folder cannot go before they have.
    timeout 60 wineserver -k || true
    timeout 60 wineserver -w || true
    rm -rf "$scratch"
}

run() {
    local seconds=$1 program=$2 argument=$3
    # Python there dies of a standard output that is a file.
    echo | timeout "$seconds" wine "$scratch/python/python.exe" "$program" "Z:${argument//\//\\}" 2>&1 | cat
}
