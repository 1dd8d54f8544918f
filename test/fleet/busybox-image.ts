/** There is no registry to pull from, so the image `busybox:local` is made on the spot. */
export const busyboxImage = `
  mkdir -p /tmp/image/bin
  cp /bin/busybox /tmp/image/bin
  for applet in $(busybox --list); do [ "$applet" = busybox ] || ln -s busybox "/tmp/image/bin/$applet"; done
  tar -C /tmp/image -c . | docker import - busybox:local
  rm -r /tmp/image`
