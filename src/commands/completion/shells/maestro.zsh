#compdef maestro
# Completion of maestro in zsh. In ~/.zshrc, behind compinit:  source <(maestro completion zsh)

_maestro() {
  local line
  local -a lines found
  lines=("${(@f)$(maestro complete zsh -- "${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ ${lines[1]} == :files ]]; then
    [[ $PREFIX != --*=* ]] || compset -P '*='
    _files
    return
  fi
  for line in $lines; do
    found+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}")
  done
  _describe maestro found
}

# Found by its name in fpath it is called at once; sourced, it is made known.
if [ "${funcstack[1]-}" = _maestro ]; then
  _maestro "$@"
else
  compdef _maestro maestro
fi
