# Completes the words of windlass in fish.
function __windlass_complete
    set -l words (commandline -opc) (commandline -ct)
    set -l files no
    for line in (command $words[1] __complete $words[2..-1] 2>/dev/null)
        switch $line
            case ':0'
                set files yes
            case ':*'
            case '*'
                echo $line
        end
    end
    if test $files = yes
        __fish_complete_path (commandline -ct)
    end
end
complete -c windlass -f -a '(__windlass_complete)'
