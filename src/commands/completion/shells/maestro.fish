# Completion of maestro in fish:  maestro completion fish > ~/.config/fish/completions/maestro.fish

function __maestro_complete
    set -l words (commandline -opc) (commandline -ct)
    set -l lines (maestro complete fish -- $words[2..-1] 2>/dev/null)
    if test "$lines[1]" = :files
        __fish_complete_path (commandline -ct)
    else if set -q lines[1]
        printf '%s\n' $lines
    end
end

complete -c maestro -f -a '(__maestro_complete)'
