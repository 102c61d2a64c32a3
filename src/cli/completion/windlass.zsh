#compdef windlass
# Completes the words of windlass in zsh.
_windlass() {
    local line files=
    local -a found
    while IFS= read -r line; do
        case $line in
            :0) files=yes ;;
            :*) ;;
            *$'\t'*) found+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}") ;;
            *) found+=("${line//:/\\:}") ;;
        esac
    done < <("${words[1]}" __complete "${(@)words[2,CURRENT]}" 2>/dev/null)
    if [[ -n $files ]]; then
        _files
    else
        _describe windlass found
    fi
}
# Loaded from $fpath this is the first call of the function; where it is sourced, zsh is told of it.
if [[ ${funcstack[1]} == _windlass ]]; then
    _windlass "$@"
else
    compdef _windlass windlass
fi
