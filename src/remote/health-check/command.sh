# Runs the command by which the user tells that his application serves. Changes what that command changes.
# Inputs: command
# Facts: service_exit, its exit code; service_words, the last line that it printed
# shellcheck shell=sh
work() {
  service_exit=0
  printed=$(within 30 sh -c "$MAESTRO_COMMAND" 2>&1) || service_exit=$?
  fact service_exit "$service_exit"
  words=$(printf '%s\n' "$printed" | tail -n 1)
  fact service_words "$words"
}
