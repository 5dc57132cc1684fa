# Sourced by scripts that run several phases: each is timed, all run, and one failure fails the whole.

phase_lines=()
phase_failed=0

# phase NAME COMMAND... runs the command and remembers how long it took and how it ended.
phase() {
    local name=$1 begun=$SECONDS status=0
    shift
    printf '\n=== %s\n' "$name"
    "$@" || status=$?
    local result=ok
    if ((status != 0)); then
        result="FAILED ($status)"
        phase_failed=1
    fi
    phase_lines+=("$(printf '%6ds  %-14s %s' "$((SECONDS - begun))" "$result" "$name")")
}

# phases_end prints the timings and ends the script.
phases_end() {
    printf '\n=== timings\n'
    printf '%s\n' "${phase_lines[@]}"
    printf '%6ds  in all\n' "$SECONDS"
    exit "$phase_failed"
}
