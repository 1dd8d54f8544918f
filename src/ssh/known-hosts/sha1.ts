const at = (words: Int32Array, index: number) => words[index] as number
const rotate = (word: number, bits: number) => (word << bits) | (word >>> (32 - bits))

// The words of a block, drawn out: the one place for them, as blocks come by the ten thousand.
const w = new Int32Array(80)

/** What SHA-1 starts from (FIPS 180-4). */
export const sha1Start = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0)

const constants = Int32Array.of(0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6)

/**
 * Takes a block of sixteen words into a state of SHA-1; the new state becomes the first five words of `into`. Node's own hash
 * cannot go on from a state, and an HMAC by it costs three times as much.
 */
export function sha1Block(state: Int32Array, block: Int32Array, into = new Int32Array(5)): Int32Array {
  w.set(block)
  for (let t = 16; t < 80; t += 1) w[t] = rotate(at(w, t - 3) ^ at(w, t - 8) ^ at(w, t - 14) ^ at(w, t - 16), 1)
  let a = at(state, 0)
  let b = at(state, 1)
  let c = at(state, 2)
  let d = at(state, 3)
  let e = at(state, 4)
  for (let t = 0; t < 80; t += 1) {
    const chosen = t < 20 ? (b & c) | (~b & d) : t < 40 || t >= 60 ? b ^ c ^ d : (b & c) | (b & d) | (c & d)
    const next = (rotate(a, 5) + chosen + e + at(constants, (t / 20) | 0) + at(w, t)) | 0
    e = d
    d = c
    c = rotate(b, 30)
    b = a
    a = next
  }
  into[0] = at(state, 0) + a
  into[1] = at(state, 1) + b
  into[2] = at(state, 2) + c
  into[3] = at(state, 3) + d
  into[4] = at(state, 4) + e
  return into
}
