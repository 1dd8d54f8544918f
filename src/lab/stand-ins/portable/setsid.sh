#!/bin/sh
# setsid COMMAND…: in a session of its own.
exec perl -e 'use POSIX; exit 0 if POSIX::setsid() < 0 && fork; POSIX::setsid(); exec @ARGV; die "setsid: $ARGV[0]: $!\n"' -- "$@"
