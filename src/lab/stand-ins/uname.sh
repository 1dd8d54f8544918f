#!/bin/sh
# uname -r|-n|-v|-m|-s
set -eu
case ${1--s} in
  -r) cat "$MAESTRO_ROOT/lab/kernel" ;;
  -n) cat "$MAESTRO_ROOT/etc/hostname" ;;
  -v) echo '#41-Ubuntu SMP PREEMPT_DYNAMIC' ;;
  -m) echo x86_64 ;;
  *) echo Linux ;;
esac
