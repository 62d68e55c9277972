# Sourced by the tools: builds the tokenizer and installs the packages where that is due, and defines `run_node`.

web=$(cd "$(dirname "$0")/.." && pwd)
text=$web/../android_demo/text/src/main
built=$web/build/tokenizer/albert.mjs
installed=$web/node_modules/.installed

for needed in node npm java mvn; do
    command -v "$needed" >/dev/null || {
        echo "$(basename "$0"): $needed is missing; install nodejs, npm, default-jre-headless and maven" >&2
        exit 2
    }
done

prepare() {
    if [ ! -f "$installed" ] || [ "$web/package-lock.json" -nt "$installed" ]; then
        (cd "$web" && npm ci --no-audit --no-fund --ignore-scripts --loglevel=error >&2)
        touch "$installed"
    fi
    if [ ! -f "$built" ] || [ -n "$(find "$text" "$web/kotlin" -newer "$built" -type f | head -n 1)" ]; then
        "$web/tools/build-tokenizer" >&2
    fi
}

# Two tools at once must not build into the same folder.
mkdir -p "$web/build"
if command -v flock >/dev/null; then
    exec 9>"$web/build/lock"
    flock 9
    prepare 9>&-
    exec 9>&-
else
    prepare
fi

# Runs a script of this folder: run_node SCRIPT [ARGUMENT...]
run_node() {
    script=$1
    shift
    exec node "$web/tools/$script" "$@"
}
