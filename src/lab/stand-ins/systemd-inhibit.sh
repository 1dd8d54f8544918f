#!/bin/sh
# systemd-inhibit --list: nobody stands in the way of a shutdown.
echo 'No inhibitors.'
