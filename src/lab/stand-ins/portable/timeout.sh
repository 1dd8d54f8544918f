#!/bin/sh
# timeout SECONDS COMMAND…: 124 where it had to be ended.
exec perl -e '
  my $seconds = shift @ARGV;
  my $child = fork;
  if ($child == 0) { exec @ARGV; exit 127 }
  $SIG{ALRM} = sub { kill "TERM", $child; waitpid $child, 0; exit 124 };
  alarm $seconds;
  waitpid $child, 0;
  exit($? & 127 ? 128 + ($? & 127) : $? >> 8);
' -- "$@"
