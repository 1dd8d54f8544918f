#!/bin/sh
# flock [-w SECONDS] DESCRIPTOR: 1 where another has it for all that time.
exec perl -e '
  use Fcntl ":flock";
  my $seconds = $ARGV[0] eq "-w" ? $ARGV[1] : 0;
  open(my $file, ">>&=", $ARGV[-1]) or die "flock: $ARGV[-1]: $!\n";
  $SIG{ALRM} = sub { exit 1 };
  alarm $seconds;
  flock($file, LOCK_EX) or exit 1;
' -- "$@"
