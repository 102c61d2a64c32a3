# Completes the words of windlass in bash.
_windlass() {
    local line files=
    COMPREPLY=()
    while IFS= read -r line; do
        case $line in
            :0) files=yes ;;
            :*) ;;
            *) COMPREPLY+=("${line%%$'\t'*}") ;;
        esac
    done < <("${COMP_WORDS[0]}" __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
    if [[ $files ]]; then
        compopt -o default
    fi
}
complete -F _windlass windlass
