# shellcheck shell=bash
# Completion of maestro in bash. In ~/.bashrc:  source <(maestro completion bash)

_maestro() {
  local word current=${COMP_WORDS[COMP_CWORD]}
  local -a found=()
  while IFS= read -r word; do
    found+=("${word%%$'\t'*}")
  done < <(maestro complete bash -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  # After --option= bash has taken the sign for a word of its own.
  [ "$current" != = ] || current=
  COMPREPLY=()
  if [ "${found[0]-}" = :files ]; then
    compopt -o filenames 2>/dev/null
    while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -f -- "$current")
  else
    COMPREPLY=("${found[@]}")
  fi
}

complete -F _maestro maestro
