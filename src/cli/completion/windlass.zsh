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
compdef _windlass windlass
