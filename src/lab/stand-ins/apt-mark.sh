#!/bin/sh
# apt-mark showauto: here nothing came but what was asked for.
