/** There is no registry to pull from, so the image `busybox:local` is made on the spot. */
export const busyboxImage = `
  mkdir -p /tmp/image/bin
  cp /bin/busybox /tmp/image/bin
  /tmp/image/bin/busybox --install /tmp/image/bin
  tar -C /tmp/image -c . | docker import - busybox:local
  rm -r /tmp/image`
