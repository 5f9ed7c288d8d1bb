/** A `.npy` file with any header, for what `writeNpy` does not write. */
export function npyBytes(
  descr: string,
  fortranOrder: boolean,
  shape: readonly number[],
  data: Uint8Array,
): Uint8Array {
  const dict = `{'descr': '${descr}', 'fortran_order': ${fortranOrder ? 'True' : 'False'}, 'shape': (${shape.join(', ')},), }`
  const header = `${dict}${' '.repeat(63 - ((dict.length + 10) % 64))}\n`
  const preamble = Uint8Array.of(
    0x93,
    ...Buffer.from('NUMPY'),
    1,
    0,
    header.length & 255,
    header.length >> 8,
  )
  return Buffer.concat([preamble, Buffer.from(header, 'latin1'), data])
}

/** Little-endian float32 elements. */
export function float32Bytes(values: ArrayLike<number>): Uint8Array {
  return new Uint8Array(Float32Array.from(values).buffer)
}
