# Runs a class of the host tools; sourced by the commands beside this file, which name the class:
#
#     . "$(dirname "$0")/run-java.sh"
#     run_java CLASS ARGUMENT...
#
# The jars are built with Maven when they are missing or older than a source. All that the build says goes to standard
# error. JAVA_OPTIONS holds further options of the Java runtime, such as -Xmx64m.

demo=$(cd "$(dirname "$0")/.." && pwd) || exit 1
target=$demo/maven/tools/target
stamp=$target/built

need() {
    command -v "$1" > /dev/null && return
    echo "$(basename "$0"): $1 not found; install $2" >&2
    exit 1
}

is_up_to_date() {
    [ -f "$stamp" ] || return 1
    newer=$(find "$demo/text/src/main" "$demo/host/src/main" "$demo/tools/src/main" \
        "$demo/app/src/main/kotlin/io/github/alberttf/app/model" "$demo/maven/pom.xml" "$demo/maven/text/pom.xml" \
        "$demo/maven/host/pom.xml" "$demo/maven/engine/pom.xml" "$demo/maven/tools/pom.xml" \
        -type f -newer "$stamp" -print | head -n 1)
    [ -z "$newer" ]
}

build() {
    need mvn "Maven 3.6.3 or newer"
    echo "$(basename "$0"): building the tools ..." >&2
    # The stamp is older than what is built, so that a source saved meanwhile counts as newer.
    mkdir -p "$target" && touch "$stamp.new" &&
        mvn --batch-mode --quiet -Dstyle.color=never --file "$demo/maven" --projects tools --also-make \
            -Dmaven.test.skip=true package >&2 &&
        mv "$stamp.new" "$stamp" || {
        echo "$(basename "$0"): the build failed, see above" >&2
        exit 1
    }
}

run_java() {
    need java "a Java runtime, version 11 or newer"
    if ! is_up_to_date; then
        mkdir -p "$demo/maven/tools/target"
        # Two commands at once must not build into the same folder.
        if command -v flock > /dev/null; then
            exec 9> "$target/lock"
            flock 9
            is_up_to_date || build 9>&-
            exec 9>&-
        else
            build
        fi
    fi
    main_class=$1
    shift
    # Small inputs are the common case: the serial collector and the shared class archive start fastest.
    # shellcheck disable=SC2086 # several options
    exec java -XX:+UseSerialGC -Xshare:auto ${JAVA_OPTIONS:-} \
        -cp "$target/tools-0.1.0.jar:$target/lib/*" "$main_class" "$@"
}
