#!/bin/sh
# df -P -k PATH: one disk with 28 GB free.
echo 'Filesystem     1024-blocks     Used Available Capacity Mounted on'
echo '/dev/vda1         41152736  9876540  29367936      26% /'
